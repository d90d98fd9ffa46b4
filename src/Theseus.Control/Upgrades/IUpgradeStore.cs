using Theseus.Control.Audit;

namespace Theseus.Control.Upgrades;

/// <summary>
/// Where upgrades are kept. Each method is one transaction: after a crash all of it is there, or nothing. Thread-safe.
/// Faults of the storage itself surface as its own exceptions.
/// </summary>
public interface IUpgradeStore
{
    /// <summary>Adds an upgrade and gives it its number; or finds the one that the same asker began under the same key.</summary>
    /// <param name="upgrade">The record, in its first revision; its number is the lowest that it may get.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The record with its number: its id is another one when the request is already on record.</returns>
    /// <exception cref="UpgradeConflictException">An upgrade of one of its components has not ended, or the key was given to another request.</exception>
    Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Replaces an upgrade's record by its next revision.</summary>
    /// <param name="upgrade">The record; its revision is one above the stored one.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="points">The rollback points that were taken with this change; none but before the first activation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpgradeConflictException">The stored record has another revision: someone else changed it. Or the upgrade is driven under a newer lease than the record names.</exception>
    Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken);

    /// <summary>Finds the upgrade that the same asker began by the same request under the same key; null when there is none, or the request has no key.</summary>
    /// <exception cref="UpgradeConflictException">The key was given to another request.</exception>
    Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken);

    /// <summary>Finds an upgrade; null when there is none of that id.</summary>
    Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The upgrades that have not ended, by number.</summary>
    Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken);

    /// <summary>The newest upgrades, the newest first.</summary>
    /// <param name="before">Only those with a lower number; null for the newest of all.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken);

    /// <summary>The newest upgrades of a component that changed something, or may have: those that ended otherwise than as failed or cancelled. The newest first.</summary>
    /// <param name="component">The component.</param>
    /// <param name="before">Only those with a lower number; null for the newest of all.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>Unless a store does it better, all upgrades are looked through.</remarks>
    async Task<IReadOnlyList<UpgradeRecord>> ReadLandedAsync(string component, long? before, int count, CancellationToken cancellationToken)
    {
        var landed = new List<UpgradeRecord>();
        IReadOnlyList<UpgradeRecord> part;
        do
        {
            part = await ReadNewestAsync(before, 100, cancellationToken).ConfigureAwait(false);
            landed.AddRange(part.Where(one =>
                one.State is UpgradeState.Completed or UpgradeState.RolledBack or UpgradeState.RollbackFailed && one.Request.Targets.Any(target => target.Component == component)));
            before = part.Count == 0 ? before : part[^1].Number;
        }
        while (part.Count > 0 && landed.Count < count);
        return [.. landed.Take(count)];
    }

    /// <summary>How many upgrades there are in each state; states without any are left out.</summary>
    Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Why the line was stopped; null while it runs.</summary>
    Task<string?> ReadLineStopAsync(CancellationToken cancellationToken);

    /// <summary>Stops the line, or lets it run again.</summary>
    /// <param name="reason">Why it is stopped; null to let it run.</param>
    /// <param name="entry">What goes on record of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken);
}

/// <summary>An upgrade cannot be stored as asked, because of another one, or of another's change.</summary>
public sealed class UpgradeConflictException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What stands in the way.</param>
    /// <param name="upgrade">The upgrade that stands in the way.</param>
    /// <param name="isKeyReused">Whether it stands in the way because it was asked for under the same key.</param>
    public UpgradeConflictException(string message, string upgrade, bool isKeyReused = false)
        : base(message) => (Upgrade, IsKeyReused) = (upgrade, isKeyReused);

    /// <summary>Whether it stands in the way because it was asked for under the same key.</summary>
    public bool IsKeyReused { get; }

    /// <summary>The id of the upgrade that stands in the way.</summary>
    public string Upgrade { get; }
}
