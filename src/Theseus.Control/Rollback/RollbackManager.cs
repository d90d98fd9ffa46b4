using Microsoft.Extensions.Logging;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control;

/// <summary>
/// Takes upgrades back: those that still run, those that have ended, one, or in an emergency all. Knows what can be gone
/// back to, and for how long. Thread-safe.
/// </summary>
/// <param name="upgrades">The upgrades.</param>
/// <param name="points">The rollback points.</param>
/// <param name="requests">Where orders that came with a key are kept, and refused ones go on record.</param>
/// <param name="options">How long, and how far, it is possible to go back.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it logs; null for nowhere.</param>
/// <remarks>
/// An upgrade that has ended is taken back by another one, the other way around: by the same plan, the same checks and the
/// same record as any, and fast, since the nodes have kept the release. It goes on while the line is stopped.
/// </remarks>
public sealed partial class RollbackManager(
    RuntimeUpgradeManager upgrades, IRollbackPointStore points, IKeyedRequestStore requests, RollbackOptions options, TimeProvider time, ILogger<RollbackManager>? logger = null)
{
    /// <summary>The rollback points that are kept, the newest first, and whether each can be used now.</summary>
    /// <param name="component">Only those of one component; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RollbackOffer>> GetPointsAsync(string? component, CancellationToken cancellationToken)
    {
        var kept = await points.ReadPointsAsync(component, cancellationToken).ConfigureAwait(false);
        var nodes = await upgrades.GetNodesAsync(cancellationToken).ConfigureAwait(false);
        var offers = new List<RollbackOffer>();
        foreach (var point in kept)
        {
            var upgrade = await upgrades.FindAsync(point.Upgrade, cancellationToken).ConfigureAwait(false);
            offers.Add(new RollbackOffer(point, upgrade is null ? "Its upgrade is not on record any more." : WhyNot(point, upgrade, nodes, PointState.None)) { StateKeptOn = [.. Keeping(point, nodes)] });
        }

        return offers;
    }

    /// <inheritdoc cref="RollBackAsync(string, string, string, ReturningState, string, CancellationToken)"/>
    public Task<UpgradeRecord> RollBackAsync(string upgrade, string who, string why, CancellationToken cancellationToken) =>
        RollBackAsync(upgrade, who, why, ReturningState.OfNow, null, cancellationToken);

    /// <inheritdoc cref="RollBackAsync(string, string, string, ReturningState, string, CancellationToken)"/>
    public Task<UpgradeRecord> RollBackAsync(string upgrade, string who, string why, ReturningState state, CancellationToken cancellationToken) =>
        RollBackAsync(upgrade, who, why, state, null, cancellationToken);

    /// <summary>Takes an upgrade back: at once while it runs; after its end by an upgrade the other way around, of all the components that it moved.</summary>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="state">Which state components go back with. While the upgrade runs, only <see cref="ReturningState.OfNow"/>.</param>
    /// <param name="key">Names the order, for whoever may have to give it twice (<see cref="UpgradeRequest.Key"/>): given again, it is answered as before. Null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The upgrade that goes back: the one that was named, or the one that takes it back.</returns>
    /// <exception cref="UpgradeRefusedException">There is no such upgrade, or no way back from it, or the key was given to another request.</exception>
    public async Task<UpgradeRecord> RollBackAsync(string upgrade, string who, string why, ReturningState state, string? key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(upgrade);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        if (await FindBegunAsync(upgrade, who, why, state, key, cancellationToken).ConfigureAwait(false) is { } begun)
        {
            return begun;
        }

        var found = await upgrades.FindAsync(upgrade, cancellationToken).ConfigureAwait(false)
            ?? throw new UpgradeRefusedException(UpgradeRefusal.Unknown, $"There is no upgrade {upgrade}.");
        if (!found.HasEnded && state == ReturningState.FromBefore)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.WrongState, $"The upgrade {upgrade} has not ended ({found.State}): while it runs it goes back with the state of now, so that nothing is lost. Roll it back without asking for the state from before.");
        }

        if (key is not null && found.TakenBackBy == who && state == ReturningState.OfNow)
        {
            // It went back on such an order while it ran. An order that began no upgrade leaves no key, and given twice it does nothing twice.
            return found;
        }

        try
        {
            return found.HasEnded
                ? await TakeBackAsync(found, who, why, state, key, cancellationToken).ConfigureAwait(false)
                : await upgrades.RollBackAsync(upgrade, who, why, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeRefusedException) when (key is not null)
        {
            // Sent twice at once, what holds it up may be its own twin.
            if (await FindBegunAsync(upgrade, who, why, state, key, cancellationToken).ConfigureAwait(false) is not { } twin)
            {
                throw;
            }

            return twin;
        }
    }

    /// <summary>The upgrade that the same order had begun before, by its key; null when there is none.</summary>
    private async Task<UpgradeRecord?> FindBegunAsync(string upgrade, string who, string why, ReturningState state, string? key, CancellationToken cancellationToken)
    {
        if (key is null || await upgrades.FindByKeyAsync(who, key, cancellationToken).ConfigureAwait(false) is not { } begun)
        {
            return null;
        }

        // Not by the whole request: which nodes it names has changed by what it did.
        var asked = (begun.Request.RollsBack, begun.Request.Reason, begun.Request.Restoring.Count > 0);
        return asked == (upgrade, why, state == ReturningState.FromBefore)
            ? begun
            : throw new UpgradeRefusedException(UpgradeRefusal.KeyReused, $"The key '{key}' was given to another request, which began the upgrade {begun.Id}. Take a new key for a new request.");
    }

    private async Task<UpgradeRecord> TakeBackAsync(UpgradeRecord upgrade, string who, string why, ReturningState state, string? key, CancellationToken cancellationToken)
    {
        var kept = (await points.ReadPointsAsync(null, cancellationToken).ConfigureAwait(false)).Where(point => point.Upgrade == upgrade.Id).ToList();
        if (kept.Count == 0)
        {
            throw new UpgradeRefusedException(
                UpgradeRefusal.NoWayBack,
                upgrade.WasActivated ? $"The rollback point of the upgrade {upgrade.Id} is not kept any longer." : $"The upgrade {upgrade.Id} changed nothing ({upgrade.State}): there is nothing to go back from.");
        }

        var nodes = await upgrades.GetNodesAsync(cancellationToken).ConfigureAwait(false);
        var kinds = kept.ToDictionary(point => point.Component, point => state == ReturningState.FromBefore ? StateOf(point, nodes) : PointState.None, StringComparer.Ordinal);
        if (state == ReturningState.FromBefore && kinds.Values.All(one => one == PointState.None))
        {
            throw new UpgradeRefusedException(
                UpgradeRefusal.NoWayBack,
                $"No node keeps a state from before the upgrade {upgrade.Id}: its components have none that is handed over, or it was not kept (Swap:State:KeptSnapshots). Roll it back with the state of now.");
        }

        if (kept.Select(point => (point.Component, Problem: WhyNot(point, upgrade, nodes, kinds[point.Component]))).Where(one => one.Problem.Length > 0).ToList() is { Count: > 0 } problems)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.NoWayBack, string.Join(" ", problems.Select(one => $"{one.Component}: {one.Problem}")));
        }

        return await upgrades.StartAsync(
            new UpgradeRequest
            {
                Targets = [.. kept.Select(point => new UpgradeTarget(point.Component, point.From.Version)  { Digest = point.From.Digest, Settings = ReleaseSettings.Read(point.From.Settings) })],
                // There is nothing to be tried: this release has served before.
                Parameters = new ImmediateParameters { Observe = TimeSpan.Zero },
                Nodes = [.. kept.SelectMany(point => Having(point, nodes)).Distinct(StringComparer.Ordinal)],
                RequestedBy = who,
                Reason = why,
                RollsBack = upgrade.Id,
                Key = key,
                Restoring = [.. kinds.Where(one => one.Value == PointState.Kept).Select(one => one.Key)],
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Why a point cannot be gone back to now; empty when it can.</summary>
    private string WhyNot(RollbackPoint point, UpgradeRecord upgrade, IReadOnlyList<NodeReport> nodes, PointState state)
    {
        if (!upgrade.HasEnded)
        {
            return $"Its upgrade has not ended ({upgrade.State}); that one can go back itself.";
        }

        if (upgrade.State != UpgradeState.Completed)
        {
            return $"Its upgrade ended as {upgrade.State}: the release from before serves, where the record does not say otherwise.";
        }

        if (state == PointState.KeptInPart)
        {
            return $"The state from before is kept on {string.Join(", ", Keeping(point, nodes))} only, and not on {string.Join(", ", Having(point, nodes).Except(Keeping(point, nodes)))}.";
        }

        if (point.Irreversible.Length > 0 && state == PointState.None)
        {
            return $"Nothing leads back with the state of now: {point.Irreversible}.{(StateOf(point, nodes) == PointState.Kept ? " The state from before is kept on its nodes: it can be gone back to with that, and what was changed since is lost." : "")}";
        }

        var since = time.GetUtcNow() - upgrade.EndedAt!.Value;
        if (since > options.Window)
        {
            return $"It was completed {since.TotalDays:0.#} days ago, and the window for going back is {options.Window.TotalDays:0.#} days. Ask for an upgrade to {point.From} instead.";
        }

        return Having(point, nodes).Any() ? "" : $"No node has {point.To} confirmed now, so there is nothing to go back from.";
    }

    private static IEnumerable<string> Having(RollbackPoint point, IReadOnlyList<NodeReport> nodes) =>
        nodes.Where(node => node.Components.Any(one => one.Component == point.Component && one.Confirmed == point.To)).Select(node => node.Node);

    private static IEnumerable<string> Keeping(RollbackPoint point, IReadOnlyList<NodeReport> nodes) =>
        nodes.Where(node => node.Components.Any(one => one.Component == point.Component && one.States.Any(state => state.Upgrade == point.Upgrade && state.Release == point.From))).Select(node => node.Node);

    private static PointState StateOf(RollbackPoint point, IReadOnlyList<NodeReport> nodes)
    {
        var keeping = Keeping(point, nodes).ToHashSet(StringComparer.Ordinal);
        return keeping.Count == 0 ? PointState.None : Having(point, nodes).All(keeping.Contains) ? PointState.Kept : PointState.KeptInPart;
    }
}

/// <summary>Which state components go back with.</summary>
public enum ReturningState
{
    /// <summary>That of now, brought back by migrations: nothing that happened since is lost.</summary>
    OfNow,

    /// <summary>
    /// That which each node kept when the upgrade replaced the release: what was changed since is lost. For a state that has
    /// been spoilt, or that no migration brings back.
    /// </summary>
    FromBefore,
}

/// <summary>Where the state of a rollback point is.</summary>
internal enum PointState
{
    /// <summary>Nowhere, or nobody asks for it.</summary>
    None,

    /// <summary>On all nodes that would go back.</summary>
    Kept,

    /// <summary>On some of them.</summary>
    KeptInPart,
}

/// <summary>A rollback point, and whether it can be used now. Immutable.</summary>
/// <param name="Point">The point.</param>
/// <param name="WhyNot">Why it cannot be gone back to now with the state of now, in words; empty when it can.</param>
public sealed record RollbackOffer(RollbackPoint Point, string WhyNot)
{
    /// <summary>The nodes that keep the component's state from before, so that it can be gone back to as well (<see cref="ReturningState.FromBefore"/>).</summary>
    public IReadOnlyList<string> StateKeptOn { get; init; } = [];
}
