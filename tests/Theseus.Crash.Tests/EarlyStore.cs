using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Crash.Tests;

/// <summary>A store that is wrong on purpose: it says that a change is stored, and stores it when the next one comes.</summary>
internal sealed class EarlyStore(IUpgradeStore store) : IUpgradeStore
{
    private (UpgradeRecord Upgrade, AuditEntry Entry, IReadOnlyList<RollbackPoint> Points)? _late;

    public async Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await store.AddAsync(upgrade, entry, cancellationToken);
    }

    public async Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        _late = (upgrade, entry, points);
    }

    public async Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await store.WriteLineStopAsync(reason, entry, cancellationToken);
    }

    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken) => store.FindByKeyAsync(request, cancellationToken);

    public async Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        _late is { } late && late.Upgrade.Id == id ? late.Upgrade : await store.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => store.ReadRunningAsync(cancellationToken);

    public async Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken)
    {
        var late = _late?.Upgrade;
        return [.. (await store.ReadNewestAsync(before, count, cancellationToken)).Select(one => one.Id == late?.Id ? late : one)];
    }

    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => store.ReadLineStopAsync(cancellationToken);

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_late is { } late)
        {
            _late = null;
            await store.UpdateAsync(late.Upgrade, late.Entry, late.Points, cancellationToken);
        }
    }
}
