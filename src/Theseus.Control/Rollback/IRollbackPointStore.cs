using Theseus.Control.Audit;

namespace Theseus.Control;

/// <summary>Where rollback points are kept. They are added with the change of the upgrade that they are taken before. Thread-safe.</summary>
public interface IRollbackPointStore
{
    /// <summary>The points that are kept, the newest first.</summary>
    /// <param name="component">Only those of one component; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(string? component, CancellationToken cancellationToken);

    /// <summary>Removes what is not kept any longer; never a point whose upgrade has not ended.</summary>
    /// <param name="count">How many of each component's newest are kept.</param>
    /// <param name="before">Those taken before this moment go in any case.</param>
    /// <param name="entryOf">What goes on record of each that is removed. It may be asked more than once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were removed.</returns>
    Task<int> TrimAsync(int count, DateTimeOffset before, Func<RollbackPoint, AuditEntry> entryOf, CancellationToken cancellationToken);
}
