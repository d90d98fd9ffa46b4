using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>The product's store, with every record that goes in held against the table of states.</summary>
internal sealed class WatchedStore(IUpgradeStore store, Action<string> onLookedFor) : IUpgradeStore
{
    private readonly Dictionary<string, UpgradeRecord> _known = new(StringComparer.Ordinal);

    private Func<Task>? _afterRunningWasRead;

    /// <summary>What happens once, before the next reader of the running upgrades has its answer.</summary>
    public Func<Task> AfterRunningWasRead
    {
        set => _afterRunningWasRead = value;
    }

    /// <summary>What broke the table; empty when nothing did.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>The ways from state to state that were gone.</summary>
    public HashSet<(UpgradeState From, UpgradeState To)> Gone { get; } = [];

    public IReadOnlyCollection<UpgradeRecord> Known => _known.Values;

    public async Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken)
    {
        var added = await store.AddAsync(upgrade, entry, cancellationToken);
        Require(added.State == UpgradeState.Pending && added.Revision == 1, $"{added.Id} begins as {added.State}.");
        _known.Add(added.Id, added);
        return added;
    }

    public async Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken)
    {
        var from = _known[upgrade.Id];
        await store.UpdateAsync(upgrade, entry, points, cancellationToken);
        Require(UpgradeStates.Allows(from.State, upgrade.State), $"{upgrade.State} follows {from.State}.");
        Require(upgrade.Revision == from.Revision + 1, $"Revision {upgrade.Revision} follows {from.Revision}.");
        Require(upgrade.Turn >= from.Turn, $"Turn {upgrade.Turn} follows {from.Turn}.");
        Require(upgrade.HasEnded == (upgrade.EndedAt is not null), $"{upgrade.State}, and ended at {upgrade.EndedAt}.");
        Require(points.Count == 0 || (upgrade.WasActivated && !from.WasActivated), $"A rollback point is taken from {from.State} to {upgrade.State}.");
        _known[upgrade.Id] = upgrade;
        if (from.State != upgrade.State)
        {
            Gone.Add((from.State, upgrade.State));
        }
    }

    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken) => store.FindByKeyAsync(request, cancellationToken);

    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        onLookedFor(id);
        return store.FindAsync(id, cancellationToken);
    }

    public async Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken)
    {
        var running = await store.ReadRunningAsync(cancellationToken);
        if (Interlocked.Exchange(ref _afterRunningWasRead, null) is { } happens)
        {
            await happens();
        }

        return running;
    }

    public Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => store.ReadNewestAsync(before, count, cancellationToken);

    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => store.ReadLineStopAsync(cancellationToken);

    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => store.WriteLineStopAsync(reason, entry, cancellationToken);

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Broken.Add(otherwise);
        }
    }
}
