using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests.Members;

/// <summary>A frozen control: a store that gives a name to whoever spoke last, the older process as well.</summary>
internal sealed class UnfencedNodeStore(INodeStore store) : INodeStore
{
    public Task<IReadOnlyList<NodeRecord>> ReadAllAsync(CancellationToken cancellationToken) => store.ReadAllAsync(cancellationToken);

    public async Task<NodeClaim> ClaimAsync(NodeReport report, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var claim = await store.ClaimAsync(report, now, cancellationToken);
        return claim.Outcome == NodeClaimOutcome.Has ? claim : new(claim.Node with { Incarnation = report.Incarnation, Claim = claim.Node.Claim + 1 }, NodeClaimOutcome.Has);
    }

    public Task<NodeRecord?> ChangeAsync(string name, Func<NodeRecord?, NodeRecord?> change, AuditEntry entry, CancellationToken cancellationToken) => store.ChangeAsync(name, change, entry, cancellationToken);
}

/// <summary>A frozen control: a store that does not say which nodes upgrades ended without.</summary>
internal sealed class ForgetfulUpgradeStore(IUpgradeStore store) : IUpgradeStore
{
    public Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken) => store.AddAsync(upgrade, entry, cancellationToken);

    public Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken) => store.UpdateAsync(upgrade, entry, points, cancellationToken);

    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken) => store.FindByKeyAsync(request, cancellationToken);

    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => store.ReadRunningAsync(cancellationToken);

    public Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => store.ReadNewestAsync(before, count, cancellationToken);

    public async Task<IReadOnlyList<UpgradeRecord>> ReadLandedAsync(string component, long? before, int count, CancellationToken cancellationToken) =>
        [.. (await store.ReadLandedAsync(component, before, count, cancellationToken)).Select(upgrade => upgrade with { LeftOut = [] })];

    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => store.ReadLineStopAsync(cancellationToken);

    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => store.WriteLineStopAsync(reason, entry, cancellationToken);
}
