using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Storage;

/// <summary>Under one key an asker asks for one thing. The same for every database.</summary>
internal static class RequestKeys
{
    /// <summary>What a request is found by; null when it has no key. Two askers' keys have nothing to do with each other.</summary>
    public static string? Of(UpgradeRequest request) => request.Key is { } key ? $"{request.RequestedBy}\n{key}" : null;

    /// <summary>The upgrade that was found under a request's key, if the request is the same.</summary>
    /// <exception cref="UpgradeConflictException">It is another one.</exception>
    public static UpgradeRecord Check(UpgradeRecord known, UpgradeRequest request) => Write(known.Request) == Write(request)
        ? known
        : throw new UpgradeConflictException($"The key '{request.Key}' was given to another request, which began the upgrade {known.Id}. Take a new key for a new request.", known.Id, isKeyReused: true);

    /// <summary>What a request of another kind is found by.</summary>
    public static string Of(RequestKey key) => $"{key.Kind}\n{key.Who}\n{key.Key}";

    /// <summary>What of a request is kept, to know whether another one is the same.</summary>
    public static string Digest(RequestKey key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Request)));

    /// <summary>Sees that a request is the one that was begun under its key.</summary>
    /// <exception cref="RequestKeyReusedException">It is another one.</exception>
    public static void Check(RequestKey key, string begun)
    {
        if (begun != Digest(key))
        {
            throw new RequestKeyReusedException(key.Key);
        }
    }

    /// <summary>For an index that whatever a caller takes for a key, and however long, has to fit into.</summary>
    public static byte[] Short(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Write(UpgradeRequest request) => JsonSerializer.Serialize(request, UpgradeJson.Default.UpgradeRequest);
}
