namespace Theseus.Control.Upgrades;

/// <summary>The leases of a control plane that shares its store with nobody, not even with leases: it drives whatever there is. Thread-safe.</summary>
internal sealed class SoleDriver(IUpgradeStore store) : IDrivingLeases
{
    public bool AreShared => false;

    public async Task<IReadOnlyList<DrivenHead>> ReadHeadsAsync(CancellationToken cancellationToken) =>
        [.. (await store.ReadRunningAsync(cancellationToken).ConfigureAwait(false)).Select(upgrade => new DrivenHead(upgrade.Id, upgrade.Revision, null, true))];

    // Without a row there is no token to name: the store takes any change.
    public Task<DrivingLease?> FindAsync(string upgrade, CancellationToken cancellationToken) => Task.FromResult<DrivingLease?>(null);

    public Task<DrivingLease?> TryTakeAsync(string upgrade, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        Task.FromResult<DrivingLease?>(new DrivingLease(upgrade, owner, 0, DateTimeOffset.MaxValue));

    public Task<DrivingLease?> RenewAsync(DrivingLease lease, TimeSpan duration, CancellationToken cancellationToken) => Task.FromResult<DrivingLease?>(lease);

    public Task ReleaseAsync(DrivingLease lease, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<DrivingLease>> ReadAllAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DrivingLease>>([]);
}
