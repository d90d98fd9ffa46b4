using Theseus.Control.Audit;

namespace Theseus.Control;

/// <summary>Where tokens are kept. Each method is one transaction. Thread-safe.</summary>
public interface ITokenStore
{
    /// <summary>Adds a token; or finds the one that the same request made under the same key.</summary>
    /// <param name="token">The token.</param>
    /// <param name="key">The key of the request for it; null for none.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; another one than was given when the request had made one before.</returns>
    /// <exception cref="RequestKeyReusedException">The key was given to another request.</exception>
    Task<AccessToken> AddAsync(AccessToken token, RequestKey? key, AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Finds the token that the same request made under the same key; null when there is none.</summary>
    /// <exception cref="RequestKeyReusedException">The key was given to another request.</exception>
    Task<AccessToken?> FindByKeyAsync(RequestKey key, CancellationToken cancellationToken);

    /// <summary>Replaces a token that is there, by one that says when it was revoked.</summary>
    /// <param name="token">The token.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was there.</returns>
    Task<bool> UpdateAsync(AccessToken token, AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Finds a token; null when there is none of that id.</summary>
    Task<AccessToken?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>All tokens, the oldest first, revoked ones too.</summary>
    Task<IReadOnlyList<AccessToken>> ReadAllAsync(CancellationToken cancellationToken);
}
