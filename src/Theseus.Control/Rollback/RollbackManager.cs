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
/// <param name="options">How long, and how far, it is possible to go back.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it logs; null for nowhere.</param>
/// <remarks>
/// An upgrade that has ended is taken back by another one, the other way around: by the same plan, the same checks and the
/// same record as any, and fast, since the nodes have kept the release. It goes on while the line is stopped.
/// </remarks>
public sealed partial class RollbackManager(
    RuntimeUpgradeManager upgrades, IRollbackPointStore points, RollbackOptions options, TimeProvider time, ILogger<RollbackManager>? logger = null)
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

    /// <inheritdoc cref="RollBackAsync(string, string, string, ReturningState, CancellationToken)"/>
    public Task<UpgradeRecord> RollBackAsync(string upgrade, string who, string why, CancellationToken cancellationToken) =>
        RollBackAsync(upgrade, who, why, ReturningState.OfNow, cancellationToken);

    /// <summary>Takes an upgrade back: at once while it runs; after its end by an upgrade the other way around, of all the components that it moved.</summary>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="state">Which state components go back with. While the upgrade runs, only <see cref="ReturningState.OfNow"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The upgrade that goes back: the one that was named, or the one that takes it back.</returns>
    /// <exception cref="UpgradeRefusedException">There is no such upgrade, or no way back from it.</exception>
    public async Task<UpgradeRecord> RollBackAsync(string upgrade, string who, string why, ReturningState state, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(upgrade);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        var found = await upgrades.FindAsync(upgrade, cancellationToken).ConfigureAwait(false)
            ?? throw new UpgradeRefusedException(UpgradeRefusal.Unknown, $"There is no upgrade {upgrade}.");
        if (!found.HasEnded && state == ReturningState.FromBefore)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.WrongState, $"The upgrade {upgrade} has not ended ({found.State}): while it runs it goes back with the state of now, so that nothing is lost. Roll it back without asking for the state from before.");
        }

        return found.HasEnded
            ? await TakeBackAsync(found, who, why, state, cancellationToken).ConfigureAwait(false)
            : await upgrades.RollBackAsync(upgrade, who, why, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Brings components back, at once and all together: upgrades of them that run go back or are cancelled, and the rest
    /// go back to their newest rollback point. Works while the line is stopped.
    /// </summary>
    /// <param name="components">The components; empty for all that there is a rollback point or a running upgrade of.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up waiting; what was ordered by then stays ordered.</param>
    /// <returns>What was ordered for each component, by name. One that cannot go back does not hold up the others.</returns>
    public async Task<IReadOnlyList<EmergencyOutcome>> RollBackInEmergencyAsync(IReadOnlyList<string> components, string who, string why, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        var running = (await upgrades.GetRunningAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(one => one.Id, StringComparer.Ordinal);
        var kept = await points.ReadPointsAsync(null, cancellationToken).ConfigureAwait(false);
        var named = components.Count > 0
            ? components.Distinct(StringComparer.Ordinal).ToList()
            : [.. running.Values.SelectMany(one => one.Request.Targets).Select(target => target.Component).Concat(kept.Select(point => point.Component)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        var outcomes = new Dictionary<string, EmergencyOutcome>(StringComparer.Ordinal);
        foreach (var component in named.Where(name => !outcomes.ContainsKey(name)).ToList())
        {
            // A component that was brought along by another's upgrade goes back with it, once.
            if (outcomes.ContainsKey(component))
            {
                continue;
            }

            foreach (var outcome in await BringBackAsync(component, running, kept, who, why, cancellationToken).ConfigureAwait(false))
            {
                outcomes[outcome.Component] = outcome;
            }
        }

        return [.. outcomes.Values.OrderBy(one => one.Component, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<EmergencyOutcome>> BringBackAsync(
        string component, Dictionary<string, UpgradeRecord> running, IReadOnlyList<RollbackPoint> kept, string who, string why, CancellationToken cancellationToken)
    {
        var reason = $"Emergency: {why}";
        try
        {
            if (running.Values.FirstOrDefault(one => one.Request.Targets.Any(target => target.Component == component)) is { } upgrade)
            {
                if (upgrade.State == UpgradeState.RollingBack)
                {
                    return Outcomes(upgrade, EmergencyAction.GoesBack, "It goes back already.");
                }

                if (upgrade.Request.RollsBack is not null)
                {
                    return Outcomes(upgrade, EmergencyAction.GoesBack, $"It goes back already, to before the upgrade {upgrade.Request.RollsBack}.");
                }

                if (upgrade.IsOnNodes)
                {
                    return Outcomes(await upgrades.RollBackAsync(upgrade.Id, who, reason, cancellationToken).ConfigureAwait(false), EmergencyAction.GoesBack, "Its upgrade goes back.");
                }

                // What has not reached a node is no cause of the emergency, and only stands in the way.
                await upgrades.CancelAsync(upgrade.Id, who, reason, cancellationToken).ConfigureAwait(false);
                running.Remove(upgrade.Id);
            }

            var (before, whyNot) = await StepBackAsync(component, kept, cancellationToken).ConfigureAwait(false);
            return before is null
                ? [new(component, EmergencyAction.Refused, "", whyNot)]
                : Outcomes(await TakeBackAsync(before, who, reason, ReturningState.OfNow, cancellationToken).ConfigureAwait(false), EmergencyAction.GoesBack, $"It goes back to before the upgrade {before.Id}.");
        }
        catch (UpgradeRefusedException refused)
        {
            return [new(component, EmergencyAction.Refused, "", refused.Message)];
        }
    }

    /// <summary>The upgrade that an emergency takes back: one step, and not another one when it is ordered twice.</summary>
    private async Task<(UpgradeRecord? Upgrade, string WhyNot)> StepBackAsync(string component, IReadOnlyList<RollbackPoint> kept, CancellationToken cancellationToken)
    {
        foreach (var point in kept.Where(one => one.Component == component))
        {
            var upgrade = await upgrades.FindAsync(point.Upgrade, cancellationToken).ConfigureAwait(false);
            switch (upgrade)
            {
                case { State: UpgradeState.RolledBack, TakenBackBy: Audit.AuditEntry.System }:
                    // It changed nothing in the end, and what is wrong now was there before it.
                    continue;
                case { State: UpgradeState.Completed, Request.RollsBack: null }:
                    return (upgrade, "");
                case not null:
                    return (null, $"'{component}' went back already, by the upgrade {upgrade.Id} ({upgrade.State}). To go back further, name the upgrade that is to be taken back.");
            }
        }

        return (null, $"There is no rollback point of '{component}': no upgrade of it is on record that could be taken back.");
    }

    private async Task<UpgradeRecord> TakeBackAsync(UpgradeRecord upgrade, string who, string why, ReturningState state, CancellationToken cancellationToken)
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

    private static IReadOnlyList<EmergencyOutcome> Outcomes(UpgradeRecord upgrade, EmergencyAction action, string detail) =>
        [.. upgrade.Request.Targets.Select(target => new EmergencyOutcome(target.Component, action, upgrade.Id, detail))];
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

/// <summary>What an emergency rollback has ordered for a component.</summary>
public enum EmergencyAction
{
    /// <summary>It goes back.</summary>
    GoesBack,

    /// <summary>It cannot go back.</summary>
    Refused,
}

/// <summary>What an emergency rollback has ordered for one component. Immutable.</summary>
/// <param name="Component">The component.</param>
/// <param name="Action">What was ordered.</param>
/// <param name="Upgrade">The upgrade by which it goes back; empty for none.</param>
/// <param name="Detail">The same in words, or why not.</param>
public sealed record EmergencyOutcome(string Component, EmergencyAction Action, string Upgrade, string Detail);
