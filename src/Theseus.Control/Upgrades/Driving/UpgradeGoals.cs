using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What an upgrade wants of its nodes. Pure.</summary>
internal static class UpgradeGoals
{
    /// <summary>
    /// What is wanted now. While going forward: of every wave that was begun, the last thing wanted of each node, so that a
    /// node that was restarted gets back to where it was. While going back: everything that may have been touched.
    /// </summary>
    public static IReadOnlyList<CellGoal> Of(UpgradeRecord upgrade) => WithoutLeftOut(upgrade, All(upgrade));

    /// <summary>The same, of the nodes too that it goes on without.</summary>
    public static CellGoal[] All(UpgradeRecord upgrade) => upgrade.State switch
    {
        UpgradeState.Preparing or UpgradeState.InProgress => Forward(upgrade),
        UpgradeState.Confirming when upgrade.Phase == WavePhase.Retiring =>
            [.. Everywhere(upgrade, NodeTaskKind.Retire), .. upgrade.Joined.Select(one => new CellGoal(upgrade.Plan!.MoveOf(one.Component), one.Node, NodeTaskKind.Confirm))],
        UpgradeState.Confirming => Everywhere(upgrade, NodeTaskKind.Confirm),
        UpgradeState.RollingBack => Backward(upgrade),
        _ => [],
    };

    /// <summary>The nodes that may have been touched for a component: by its waves so far, or because they joined.</summary>
    public static IReadOnlyList<string> Cells(UpgradeRecord upgrade, string component) =>
        [.. Planned(upgrade, component).Concat(upgrade.Joined.Where(one => one.Component == component).Select(one => one.Node)).Distinct(StringComparer.Ordinal)];

    /// <summary>That the nodes of the wave that is watched find the release fit to be called, now.</summary>
    public static IReadOnlyList<CellGoal> Probes(UpgradeRecord upgrade) =>
        WithoutLeftOut(upgrade, [.. upgrade.CurrentWave.Activate.Select(step => new CellGoal(upgrade.Plan!.MoveOf(upgrade.CurrentWave.Component), step.Node, NodeTaskKind.Probe))]);

    private static IReadOnlyList<CellGoal> WithoutLeftOut(UpgradeRecord upgrade, CellGoal[] goals) =>
        upgrade.LeftOut.Count == 0 ? goals : [.. goals.Where(goal => upgrade.LeftOut.All(one => one.Node != goal.Node))];

    private static IEnumerable<string> Planned(UpgradeRecord upgrade, string component) =>
        upgrade.Plan!.Waves.Take(upgrade.Wave + 1).Where(wave => wave.Component == component).SelectMany(wave => wave.Nodes).Distinct(StringComparer.Ordinal);

    private static CellGoal[] Everywhere(UpgradeRecord upgrade, NodeTaskKind kind) =>
        [.. upgrade.Plan!.Moves.SelectMany(move => Planned(upgrade, move.Component), (move, node) => new CellGoal(move, node, kind))];

    private static CellGoal[] Forward(UpgradeRecord upgrade)
    {
        var goals = new Dictionary<(string, string), CellGoal>();
        for (var i = 0; i <= upgrade.Wave; i++)
        {
            var wave = upgrade.Plan!.Waves[i];
            var move = upgrade.Plan.MoveOf(wave.Component);
            foreach (var node in wave.Prepare)
            {
                goals.TryAdd((wave.Component, node), new CellGoal(move, node, NodeTaskKind.Prepare));
            }

            if (i < upgrade.Wave || upgrade.Phase != WavePhase.Preparing)
            {
                foreach (var step in wave.Activate)
                {
                    goals[(wave.Component, step.Node)] = new CellGoal(move, step.Node, NodeTaskKind.Activate, step.Share, step.ShadowFraction);
                }
            }
        }

        return [.. goals.Values];
    }

    /// <summary>What depends on others goes back before those: one component at a time, the plan's last first.</summary>
    private static CellGoal[] Backward(UpgradeRecord upgrade) =>
        [.. upgrade.Plan!.Moves.Reverse().SelectMany(move => Cells(upgrade, move.Component), (move, node) => new CellGoal(move, node, NodeTaskKind.Revert))];
}
