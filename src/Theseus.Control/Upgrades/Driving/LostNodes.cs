namespace Theseus.Control.Upgrades;

/// <summary>Decides what an upgrade does about nodes that are lost or have left, and about those that are back. Pure.</summary>
internal static class LostNodes
{
    /// <summary>Decides. Null: nothing has changed.</summary>
    /// <param name="upgrade">The record.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="now">The time.</param>
    public static Decision.Change? Look(UpgradeRecord upgrade, NodeView nodes, DateTimeOffset now) => upgrade.State switch
    {
        UpgradeState.Preparing or UpgradeState.InProgress => Forward(upgrade, nodes, now),
        UpgradeState.Confirming when upgrade.Phase != WavePhase.Retiring => Confirming(upgrade, nodes),
        UpgradeState.RollingBack => Backward(upgrade, nodes),
        _ => null,
    };

    /// <summary>A wave fails at once when more of its nodes are away than may be. Those that it goes on without come in again when they are back.</summary>
    private static Decision.Change? Forward(UpgradeRecord upgrade, NodeView nodes, DateTimeOffset now)
    {
        var waves = upgrade.Plan!.Waves.Take(upgrade.Wave + 1).ToList();
        var away = waves.SelectMany(wave => wave.Nodes).Distinct(StringComparer.Ordinal).Select(nodes.Away).OfType<LeftOutNode>().ToList();
        if (Same(away, upgrade.LeftOut))
        {
            return null;
        }

        var names = Names(away);
        var known = Names(upgrade.LeftOut);
        var fresh = away.Where(one => !known.Contains(one.Node)).ToList();
        var next = upgrade with { LeftOut = [.. upgrade.LeftOut.Where(one => names.Contains(one.Node)), .. fresh] };
        for (var i = 0; i < waves.Count; i++)
        {
            // What somebody had it go on without, by resuming it, does not fail it again.
            var lost = fresh.Where(one => waves[i].Nodes.Contains(one.Node)).ToList();
            var (all, allowed) = (waves[i].Nodes.Count(), Allowed(upgrade.Plan, waves[i]));
            if (lost.Count > 0 && waves[i].Nodes.Count(names.Contains) > allowed)
            {
                return UpgradeReconciler.Fail(next, $"Wave {i + 1}, {waves[i].Name}: {Some(lost)}. {allowed} of its {all} nodes may be lost.", now);
            }
        }

        return new(next, Told(upgrade, fresh, [.. known.Where(node => !names.Contains(node))]));
    }

    /// <summary>
    /// All waves have passed: who is away now does not hold the others up, and is told after the end. That stays so when it is
    /// back, since a return in the last moment must not have the upgrade miss its deadline. With nobody left nothing is confirmed.
    /// </summary>
    private static Decision.Change? Confirming(UpgradeRecord upgrade, NodeView nodes)
    {
        var known = Names(upgrade.LeftOut);
        var goals = UpgradeGoals.Of(upgrade);
        var fresh = Open(upgrade, goals, nodes).Where(node => !known.Contains(node)).Select(nodes.Away).OfType<LeftOutNode>().ToList();
        return fresh.Count == 0 || goals.All(goal => fresh.Exists(one => one.Node == goal.Node))
            ? null
            : new(upgrade with { LeftOut = [.. upgrade.LeftOut, .. fresh] }, Told(upgrade, fresh, []));
    }

    /// <summary>Who is away is not waited for, and who is back goes back with the others.</summary>
    private static Decision.Change? Backward(UpgradeRecord upgrade, NodeView nodes)
    {
        var away = Open(upgrade, UpgradeGoals.All(upgrade), nodes).Select(nodes.Away).OfType<LeftOutNode>().ToList();
        if (Same(away, upgrade.LeftOut))
        {
            return null;
        }

        var (names, known) = (Names(away), Names(upgrade.LeftOut));
        return new(upgrade with { LeftOut = away }, Told(upgrade, [.. away.Where(one => !known.Contains(one.Node))], [.. known.Where(node => !names.Contains(node))]));
    }

    private static IEnumerable<string> Open(UpgradeRecord upgrade, IEnumerable<CellGoal> goals, NodeView nodes) => goals
        .Where(goal => nodes.Find(goal.Node, goal.Move.Component) is not { } report || !goal.IsReached(report, upgrade))
        .Select(goal => goal.Node)
        .Distinct(StringComparer.Ordinal);

    private static int Allowed(UpgradePlan plan, PlanWave wave) => plan.LostNodes.AtMostOf(wave.Nodes.Count());

    private static string Told(UpgradeRecord upgrade, IReadOnlyList<LeftOutNode> fresh, IReadOnlyList<string> back)
    {
        var where = upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress ? $"Wave {upgrade.Wave + 1}, {upgrade.CurrentWave.Name}: " : "";
        var told = fresh.Count > 0 ? $"{Some(fresh)}. It goes on without." : "";
        return (where + told + (back.Count > 0 ? $" Back again: {string.Join(", ", back)}." : "")).Replace(":  ", ": ", StringComparison.Ordinal).Trim();
    }

    private static bool Same(IReadOnlyList<LeftOutNode> away, IReadOnlyList<LeftOutNode> known) =>
        (away.Count == 0 && known.Count == 0) || Names(away).SetEquals(known.Select(one => one.Node));

    private static HashSet<string> Names(IEnumerable<LeftOutNode> nodes) => nodes.Select(one => one.Node).ToHashSet(StringComparer.Ordinal);

    public static string Some(IReadOnlyList<LeftOutNode> many) => string.Join("; ", many.Take(5)) + (many.Count > 5 ? $"; and {many.Count - 5} more" : "");
}
