namespace Theseus.Control.Upgrades;

/// <summary>The right to drive one upgrade for a while. Immutable.</summary>
/// <param name="Upgrade">The upgrade.</param>
/// <param name="Owner">Who has it: one run of one control plane.</param>
/// <param name="Token">Above that of whoever had it before. The changes that are made under the lease name it (<see cref="UpgradeRecord.DrivenUnder"/>).</param>
/// <param name="Until">When another may take it, by the database's clock.</param>
public sealed record DrivingLease(string Upgrade, string Owner, long Token, DateTimeOffset Until);

/// <summary>An upgrade that has not ended, as little as has to be read of it to see whether there is something to do. Immutable.</summary>
/// <param name="Upgrade">The upgrade.</param>
/// <param name="Revision">Its record's revision.</param>
/// <param name="Lease">Who drives it, or drove it last; null when nobody did.</param>
/// <param name="IsFree">Whether nobody has the lease, or its time has passed, by the database's clock.</param>
public sealed record DrivenHead(string Upgrade, long Revision, DrivingLease? Lease, bool IsFree);

/// <summary>
/// Who drives which upgrade. Times are those of the database's clock, so that control planes need not agree on theirs. Each
/// method is one transaction. Thread-safe.
/// </summary>
public interface IDrivingLeases
{
    /// <summary>
    /// Whether several control planes may use the database at once. Where not, a control plane that starts is the only one,
    /// and what a predecessor held is its own.
    /// </summary>
    bool AreShared { get; }

    /// <summary>The upgrades that have not ended, by number.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<DrivenHead>> ReadHeadsAsync(CancellationToken cancellationToken);

    /// <summary>The lease of an upgrade, also one whose time has passed; null when it has none.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DrivingLease?> FindAsync(string upgrade, CancellationToken cancellationToken);

    /// <summary>Takes an upgrade's lease when nobody has it, or its time has passed; also from an earlier self.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="owner">Who takes it: another name for each run of a control plane.</param>
    /// <param name="duration">For how long; above zero.</param>
    /// <param name="cancellationToken">Gives up; whether it was taken is then unknown, and its time passes.</param>
    /// <returns>The lease, under a token higher than all before; null while another has it, or when the upgrade has ended or is unknown.</returns>
    Task<DrivingLease?> TryTakeAsync(string upgrade, string owner, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Keeps a lease for longer, from now on; also one whose time has passed, as long as nobody has taken it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="duration">For how long; above zero.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lease with its new end; null when another has it, or the upgrade has ended.</returns>
    Task<DrivingLease?> RenewAsync(DrivingLease lease, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives a lease back, so that the next need not wait for its end. Does nothing to one that another has taken.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task ReleaseAsync(DrivingLease lease, CancellationToken cancellationToken);

    /// <summary>The leases of upgrades that have not ended, by upgrade, also those whose time has passed.</summary>
    Task<IReadOnlyList<DrivingLease>> ReadAllAsync(CancellationToken cancellationToken);
}
