using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Driving;

/// <summary>The product's store, with whatever a test does differently.</summary>
internal abstract class PassingStore(IUpgradeStore store) : IUpgradeStore
{
    public virtual Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken) => store.UpdateAsync(upgrade, entry, points, cancellationToken);

    public virtual Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => store.ReadNewestAsync(before, count, cancellationToken);

    public Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken) => store.AddAsync(upgrade, entry, cancellationToken);

    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken) => store.FindByKeyAsync(request, cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => store.ReadRunningAsync(cancellationToken);

    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => store.ReadLineStopAsync(cancellationToken);

    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => store.WriteLineStopAsync(reason, entry, cancellationToken);
}
