using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests;

/// <summary>The frozen control: a store in which whoever writes last wins, whatever he had read and whoever drives.</summary>
internal sealed class OverwritingStore(IUpgradeStore store) : IUpgradeStore
{
    public Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken) => store.AddAsync(upgrade, entry, cancellationToken);

    public async Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken)
    {
        try
        {
            await store.UpdateAsync(upgrade, entry, points, cancellationToken);
        }
        catch (UpgradeConflictException)
        {
            var stored = (await store.FindAsync(upgrade.Id, cancellationToken))!;
            await store.UpdateAsync(upgrade with { Revision = stored.Revision + 1, DrivenUnder = stored.DrivenUnder }, entry, points, cancellationToken);
        }
    }

    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken) => store.FindByKeyAsync(request, cancellationToken);

    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => store.ReadRunningAsync(cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => store.ReadNewestAsync(before, count, cancellationToken);

    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => store.ReadLineStopAsync(cancellationToken);

    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => store.WriteLineStopAsync(reason, entry, cancellationToken);
}
