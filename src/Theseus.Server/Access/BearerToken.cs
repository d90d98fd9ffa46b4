using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Theseus.Server.Access;

/// <summary>The text of a token: <c>theseus_id_secret</c>. The id finds it; only a hash of the secret is ever kept.</summary>
internal readonly record struct BearerToken(string Id, string Secret)
{
    private const string Prefix = "theseus";
    private const int IdBytes = 8;
    private const int SecretBytes = 32;
    private const int Longest = 200;

    /// <summary>The lower-case hexadecimal SHA-256 of the secret's text.</summary>
    public string SecretHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));

    public static BearerToken New() =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    public static bool TryParse([NotNullWhen(true)] string? text, out BearerToken token)
    {
        token = default;
        // The secret may hold the separator itself, the id never does.
        if (text is not { Length: > 0 and <= Longest } || text.Split('_', 3) is not [Prefix, { Length: > 0 } id, { Length: > 0 } secret])
        {
            return false;
        }

        token = new BearerToken(id, secret);
        return true;
    }

    /// <summary>Whether its secret is the one of a hash; takes as long for any wrong one.</summary>
    public bool Fits(string secretHash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretHash), Encoding.ASCII.GetBytes(secretHash));

    /// <summary>What the caller keeps. Never to be logged.</summary>
    public string Write() => $"{Prefix}_{Id}_{Secret}";

    /// <summary>Without the secret, so that it cannot come into a log by accident.</summary>
    public override string ToString() => $"{Prefix}_{Id}_…";
}
