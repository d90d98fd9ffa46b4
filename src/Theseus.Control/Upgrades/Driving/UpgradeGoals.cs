using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What an upgrade wants of its nodes. Pure.</summary>
internal static class UpgradeGoals
{
    /// <summary>
    /// What is wanted now. While going forward: of every wave that was begun, the last thing wanted of each node, so that a
    /// node that was restarted gets back to where it was. While going back: everything that may have been touched.
    /// </summary>
    public static IReadOnlyList<CellGoal> Of(UpgradeRecord upgrade) => upgrade.State switch
    {
        UpgradeState.Preparing or UpgradeState.InProgress => Forward(upgrade),
        UpgradeState.Confirming => Everywhere(upgrade, upgrade.Phase == WavePhase.Retiring ? NodeTaskKind.Retire : NodeTaskKind.Confirm),
        UpgradeState.RollingBack => Backward(upgrade),
        _ => [],
    };

    /// <summary>The nodes that a component's waves so far may have touched.</summary>
    public static IReadOnlyList<string> Cells(UpgradeRecord upgrade, string component) =>
    [
        .. upgrade.Plan!.Waves.Take(upgrade.Wave + 1)
            .Where(wave => wave.Component == component)
            .SelectMany(wave => wave.Prepare.Concat(wave.Activate.Select(step => step.Node)))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>That the nodes of the wave that is watched find the release fit to be called, now.</summary>
    public static IReadOnlyList<CellGoal> Probes(UpgradeRecord upgrade) =>
        [.. upgrade.CurrentWave.Activate.Select(step => new CellGoal(upgrade.Plan!.MoveOf(upgrade.CurrentWave.Component), step.Node, NodeTaskKind.Probe))];

    private static CellGoal[] Everywhere(UpgradeRecord upgrade, NodeTaskKind kind) =>
        [.. upgrade.Plan!.Moves.SelectMany(move => Cells(upgrade, move.Component), (move, node) => new CellGoal(move, node, kind))];

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
