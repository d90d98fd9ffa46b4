using Theseus.Control.Audit;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>
/// Where nodes are kept. Each method is one transaction, so that all control planes on one database agree on who has a
/// name. Thread-safe. Faults of the storage itself surface as its own exceptions.
/// </summary>
public interface INodeStore
{
    /// <summary>All nodes by name, removed ones too.</summary>
    Task<IReadOnlyList<NodeRecord>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>Decides whether a name is a process's own (<see cref="NodeClaims.Decide"/>), and keeps what it tells of itself when it is.</summary>
    /// <param name="report">A report of the process.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<NodeClaim> ClaimAsync(NodeReport report, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Changes a node for an operator, and puts it on record.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes the next of the present one, null for none; null to change nothing. May be called more than once; what it throws surfaces, and nothing is changed.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The node as it is then; null when there is none.</returns>
    Task<NodeRecord?> ChangeAsync(string name, Func<NodeRecord?, NodeRecord?> change, AuditEntry entry, CancellationToken cancellationToken);
}
