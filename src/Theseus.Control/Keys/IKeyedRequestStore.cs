using Theseus.Control.Audit;

namespace Theseus.Control;

/// <summary>
/// Where it is kept what was asked for under which key, and what was answered. Each method is one transaction. Thread-safe.
/// Upgrades have their keys with them, and tokens are made in one transaction with theirs; this is for what takes longer.
/// </summary>
public interface IKeyedRequestStore
{
    /// <summary>Gives a key to a request, before anything is done of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the same request was answered before; null when it was not yet, or is new.</returns>
    /// <exception cref="RequestKeyReusedException">The key was given to another request.</exception>
    Task<string?> BeginAsync(RequestKey key, CancellationToken cancellationToken);

    /// <summary>Keeps what is answered. Of two who answered the same request at once, the first is kept, and only its records.</summary>
    /// <param name="key">The key that the request began with; null for a request without one, of which the records alone are kept.</param>
    /// <param name="answer">The answer; null for one that is not kept, so that the same request is tried again.</param>
    /// <param name="entries">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer that is kept: the given one, or that of whoever was first.</returns>
    Task<string?> EndAsync(RequestKey? key, string? answer, IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);
}
