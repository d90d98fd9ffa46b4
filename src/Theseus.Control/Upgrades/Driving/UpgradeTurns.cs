namespace Theseus.Control.Upgrades;

/// <summary>The turns that an upgrade takes, by itself or on order. Each makes void what was sent to nodes before it. Pure.</summary>
internal static class UpgradeTurns
{
    /// <summary>How long a plan waits for an approval.</summary>
    public static readonly TimeSpan LongestApproval = TimeSpan.FromDays(7);

    /// <summary>Stands still.</summary>
    public static Decision.Change Pause(UpgradeRecord upgrade, string why, DateTimeOffset now) => new(
        upgrade with { State = UpgradeState.Paused, ResumesAs = upgrade.State, Since = now, Turn = upgrade.Turn + 1, Detail = why }, why);

    /// <summary>Goes on from where it stood still. The wave's time begins anew.</summary>
    public static Decision.Change Resume(UpgradeRecord upgrade, string why, DateTimeOffset now) => new(
        upgrade with { State = upgrade.ResumesAs, Since = now, Turn = upgrade.Turn + 1, Detail = "" }, why);

    /// <summary>Goes back.</summary>
    public static Decision.Change RollBack(UpgradeRecord upgrade, UpgradeState endsAs, string why, DateTimeOffset now) => new(
        upgrade with
        {
            State = UpgradeState.RollingBack,
            EndsAs = endsAs,
            Since = now,
            Turn = upgrade.Turn + 1,
            MayBeConfirmed = (upgrade.State == UpgradeState.Paused ? upgrade.ResumesAs : upgrade.State) == UpgradeState.Confirming,
            Detail = why,
        },
        why);

    /// <summary>Stays where it is, under whoever drives it from now on.</summary>
    public static Decision.Change TakeOver(UpgradeRecord upgrade) => new(
        upgrade with { Turn = upgrade.Turn + 1 }, "Another control plane drives it from now on, since the one before has not renewed its lease.");

    /// <summary>Ends, since nobody approved its plan.</summary>
    public static Decision.Change NotApproved(UpgradeRecord upgrade, DateTimeOffset now)
    {
        var why = $"Nobody approved it within {LongestApproval.TotalDays} days. Ask for it again.";
        return new(upgrade with { State = UpgradeState.Failed, Since = now, EndedAt = now, Detail = why }, why);
    }

    /// <summary>Goes on with a plan, or ends for what stands in its way.</summary>
    public static Decision.Change Planned(UpgradeRecord upgrade, Feasibility found, DateTimeOffset now)
    {
        if (found.Problems.Count > 0)
        {
            var why = string.Join(" ", found.Problems);
            return new(upgrade with { State = UpgradeState.Failed, Since = now, EndedAt = now, Detail = why, Findings = [.. found.Problems, .. found.Findings] }, why);
        }

        var plan = UpgradePlanner.Plan(upgrade.Request, found.Moves, component => found.Nodes[component]);
        return new(
            upgrade with
            {
                State = plan.NeedsApproval ? UpgradeState.AwaitingApproval : UpgradeState.Preparing,
                Plan = plan,
                Since = now,
                Findings = found.Findings,
                Irreversible = found.Irreversible,
            },
            $"Planned in {plan.Waves.Count} waves, digest {plan.Digest}.");
    }
}
