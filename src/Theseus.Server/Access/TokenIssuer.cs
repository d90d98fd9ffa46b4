using System.Globalization;
using System.Text;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Server.Access;

namespace Theseus.Server;

/// <summary>A token that was just made: the only moment at which its text is known. Immutable.</summary>
/// <param name="Token">The token, as it is kept.</param>
/// <param name="Text">What a caller sends as <c>Authorization: Bearer …</c>. Shown once, kept nowhere, never logged.</param>
public sealed record IssuedToken(AccessToken Token, string Text)
{
    /// <summary>Without the secret, so that it cannot come into a log by accident.</summary>
    public override string ToString() => $"{Token.Id} of {Token.Name}";
}

/// <summary>Makes tokens, revokes them, and knows them again. Thread-safe.</summary>
public sealed class TokenIssuer
{
    /// <summary>The file in the data folder that has the first token's text.</summary>
    public const string FirstTokenFile = "admin.token";

    private static readonly string s_noHash = new BearerToken("", "").SecretHash;

    private readonly ControlPlane _plane;
    private readonly SemaphoreSlim _revoking = new(1);

    /// <summary>Makes an issuer.</summary>
    /// <param name="plane">The control plane that the tokens open.</param>
    public TokenIssuer(ControlPlane plane)
    {
        ArgumentNullException.ThrowIfNull(plane);
        _plane = plane;
    }

    /// <summary>Makes a token.</summary>
    /// <param name="name">Whose it is: what is done with it is put on record under this name.</param>
    /// <param name="role">What it allows.</param>
    /// <param name="expiresAt">When it ends by itself; null for never.</param>
    /// <param name="who">Who makes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IssuedToken> IssueAsync(string name, AccessRole role, DateTimeOffset? expiresAt, string who, CancellationToken cancellationToken)
    {
        var (token, text) = await IssueAsync(name, role, expiresAt, who, key: null, cancellationToken).ConfigureAwait(false);
        return new IssuedToken(token, text!);
    }

    /// <summary>Makes a token; or finds the one that the same request made under the same key.</summary>
    /// <param name="name">Whose it is: what is done with it is put on record under this name.</param>
    /// <param name="role">What it allows.</param>
    /// <param name="expiresAt">When it ends by itself; null for never.</param>
    /// <param name="who">Who makes it.</param>
    /// <param name="key">Names the request, for whoever may have to ask twice; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token, and its text; null for a token that was made before, since its text was told then and is kept nowhere.</returns>
    /// <exception cref="RequestKeyReusedException">The key was given to a request for another token.</exception>
    public async Task<(AccessToken Token, string? Text)> IssueAsync(string name, AccessRole role, DateTimeOffset? expiresAt, string who, string? key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        var (token, bearer) = Make(name, role, expiresAt, _plane.Time.GetUtcNow());
        var there = await AddAsync(token, key is null ? null : KeyOf(name, role, expiresAt, who, key), who, cancellationToken).ConfigureAwait(false);
        return (there, there.Id == token.Id ? bearer.Write() : null);
    }

    /// <summary>The token that the same request made before under the same key; null when there is none.</summary>
    /// <exception cref="RequestKeyReusedException">The key was given to a request for another token.</exception>
    internal Task<AccessToken?> FindByKeyAsync(string name, AccessRole role, DateTimeOffset? expiresAt, string who, string key, CancellationToken cancellationToken) =>
        _plane.Tokens.FindByKeyAsync(KeyOf(name, role, expiresAt, who, key), cancellationToken);

    /// <summary>Revokes a token: from then on it opens nothing. Doing it again changes nothing.</summary>
    /// <param name="id">The token.</param>
    /// <param name="who">Who revokes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token as it is now; null when there is none of that id.</returns>
    /// <exception cref="LastAdminException">No valid token would be left that may make others.</exception>
    public async Task<AccessToken?> RevokeAsync(string id, string who, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        // One at a time, or two admins could revoke each other's last token at once.
        await _revoking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = _plane.Time.GetUtcNow();
            var all = await _plane.Tokens.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            if (all.FirstOrDefault(one => one.Id == id) is not { RevokedAt: null } token)
            {
                return all.FirstOrDefault(one => one.Id == id);
            }

            if (IsAdmin(token, now) && all.Count(one => IsAdmin(one, now)) == 1)
            {
                throw new LastAdminException(id);
            }

            var revoked = token with { RevokedAt = now };
            await _plane.Tokens.UpdateAsync(revoked, new AuditEntry(now, who, Subject(token), "valid", "revoked", $"Token of {token.Name} as {token.Role}."), cancellationToken).ConfigureAwait(false);
            return revoked;
        }
        finally
        {
            _revoking.Release();
        }
    }

    /// <summary>Finds the token that a text is of; null when there is none, when its secret is another one, and when it is not valid any more.</summary>
    /// <param name="text">What a caller sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AccessToken?> FindAsync(string? text, CancellationToken cancellationToken)
    {
        if (!BearerToken.TryParse(text, out var bearer))
        {
            return null;
        }

        var token = await _plane.Tokens.FindAsync(bearer.Id, cancellationToken).ConfigureAwait(false);
        // Compared in any case, so that the answer's time does not tell whether the id is one.
        var fits = bearer.Fits(token?.SecretHash ?? s_noHash);
        return fits && token is not null && token.IsValidAt(_plane.Time.GetUtcNow()) ? token : null;
    }

    /// <summary>
    /// Makes an admin's token when there is none that is valid, and writes it to <see cref="FirstTokenFile"/> in the data
    /// folder, for its owner only: at the first start, and after all were lost.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; null when there is one already.</returns>
    public async Task<IssuedToken?> EnsureAdminAsync(CancellationToken cancellationToken)
    {
        var now = _plane.Time.GetUtcNow();
        if ((await _plane.Tokens.ReadAllAsync(cancellationToken).ConfigureAwait(false)).Any(one => IsAdmin(one, now)))
        {
            return null;
        }

        // Its text is on disk before it opens anything: whatever dies in between, no start leaves a token that nobody knows.
        var (token, bearer) = Make("admin", AccessRole.Admin, expiresAt: null, now);
        await WriteFirstAsync(bearer.Write(), cancellationToken).ConfigureAwait(false);
        await AddAsync(token, key: null, AuditEntry.System, cancellationToken).ConfigureAwait(false);
        return new IssuedToken(token, bearer.Write());
    }

    /// <summary>Writes the first token's file, for its owner only. One that stands there is of a start that did not get further, or of a token that is not valid any more.</summary>
    private async Task WriteFirstAsync(string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        var path = Path.Combine(_plane.DataFolder, FirstTokenFile);
        // An older one may stand there with other rights, which writing into it would keep.
        File.Delete(path);
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(Encoding.ASCII.GetBytes(text + Environment.NewLine), cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }

    private static (AccessToken Token, BearerToken Bearer) Make(string name, AccessRole role, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        var bearer = BearerToken.New();
        return (new AccessToken { Id = bearer.Id, Name = name, Role = role, SecretHash = bearer.SecretHash, CreatedAt = now, ExpiresAt = expiresAt }, bearer);
    }

    private static RequestKey KeyOf(string name, AccessRole role, DateTimeOffset? expiresAt, string who, string key) =>
        new("token", who, key, string.Create(CultureInfo.InvariantCulture, $"{role}\n{expiresAt?.UtcTicks}\n{name}"));

    private Task<AccessToken> AddAsync(AccessToken token, RequestKey? key, string who, CancellationToken cancellationToken)
    {
        var ends = token.ExpiresAt is { } end ? $", until {end.UtcDateTime:u}" : "";
        return _plane.Tokens.AddAsync(token, key, new AuditEntry(token.CreatedAt, who, Subject(token), "", "valid", $"Token for {token.Name} as {token.Role}{ends}."), cancellationToken);
    }

    private static bool IsAdmin(AccessToken token, DateTimeOffset now) => token.Role == AccessRole.Admin && token.IsValidAt(now);

    private static string Subject(AccessToken token) => $"token {token.Id}";
}

/// <summary>The last valid admin's token is not revoked: nobody could make another one.</summary>
public sealed class LastAdminException(string id) : Exception($"The token {id} is the last valid one of an admin. Make another admin's token first, then revoke this one with it.");
