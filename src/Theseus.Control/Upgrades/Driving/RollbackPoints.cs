namespace Theseus.Control.Upgrades;

/// <summary>Takes rollback points from an upgrade's plan and from what its nodes last said. Pure.</summary>
internal static class RollbackPoints
{
    public static IReadOnlyList<RollbackPoint> Of(UpgradeRecord upgrade, FleetView fleet, DateTimeOffset now) =>
    [
        .. upgrade.Plan!.Moves.Select(move => new RollbackPoint
        {
            Upgrade = upgrade.Id,
            Number = upgrade.Number,
            Component = move.Component,
            From = move.From,
            To = move.To,
            TakenAt = now,
            Irreversible = upgrade.Irreversible,
            Nodes = [.. NodesOf(upgrade.Plan, move.Component).Select(node => RouteOf(node, fleet.Find(node, move.Component)))],
        }),
    ];

    private static IEnumerable<string> NodesOf(UpgradePlan plan, string component) =>
        plan.Waves.Where(wave => wave.Component == component).SelectMany(wave => wave.Prepare.Concat(wave.Activate.Select(step => step.Node))).Distinct(StringComparer.Ordinal);

    private static NodeRoute RouteOf(string node, Fleet.ComponentReport? report) =>
        new(node, report?.Confirmed, report?.Trial?.Release, report?.Trial?.Share ?? 0);
}
