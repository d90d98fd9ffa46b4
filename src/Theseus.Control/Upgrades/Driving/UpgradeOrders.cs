namespace Theseus.Control.Upgrades;

/// <summary>What an operator may tell an upgrade, and where it stands when that makes sense. Pure.</summary>
internal static class UpgradeOrders
{
    public static Decision.Change Pause(UpgradeRecord upgrade, string why, DateTimeOffset now) =>
        upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Confirming
            ? UpgradeTurns.Pause(upgrade, why, now)
            : throw Wrong(upgrade, "paused", "that is on its nodes and goes forward");

    public static Decision.Change Resume(UpgradeRecord upgrade, string why, DateTimeOffset now) =>
        upgrade.State == UpgradeState.Paused
            ? UpgradeTurns.Resume(upgrade, why, now)
            : throw Wrong(upgrade, "resumed", "that is paused");

    /// <summary>Ends the wave that is watched, as passed; of a paused upgrade too.</summary>
    public static Decision.Change Promote(UpgradeRecord upgrade, string why, DateTimeOffset now)
    {
        var isWatched = upgrade.Phase == WavePhase.Observing
            && (upgrade.State == UpgradeState.InProgress || (upgrade.State == UpgradeState.Paused && upgrade.ResumesAs == UpgradeState.InProgress));
        return isWatched
            ? UpgradeReconciler.NextWave(upgrade with { Turn = upgrade.Turn + 1 }, why, now)
            : throw Wrong(upgrade, "promoted", "whose wave is being watched");
    }

    /// <summary>Ends an upgrade that no caller is on.</summary>
    public static Decision.Change Cancel(UpgradeRecord upgrade, string why, DateTimeOffset now) => upgrade switch
    {
        { State: UpgradeState.Pending or UpgradeState.Validating or UpgradeState.AwaitingApproval } =>
            new(upgrade with { State = UpgradeState.Cancelled, Since = now, EndedAt = now, Detail = why }, why),
        { State: UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Paused, WasActivated: false } =>
            UpgradeTurns.RollBack(upgrade, UpgradeState.Cancelled, why, now),
        _ => throw Wrong(upgrade, "cancelled", "whose release has had no calls yet; roll this one back instead"),
    };

    public static Decision.Change RollBack(UpgradeRecord upgrade, string why, DateTimeOffset now) =>
        upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Paused or UpgradeState.Confirming
            ? UpgradeTurns.RollBack(upgrade, upgrade.WasActivated ? UpgradeState.RolledBack : UpgradeState.Failed, why, now)
            : throw Wrong(upgrade, "rolled back", "that is on its nodes and does not go back already");

    public static Decision.Change Approve(UpgradeRecord upgrade, string digest, string why, DateTimeOffset now)
    {
        if (upgrade.State != UpgradeState.AwaitingApproval)
        {
            throw Wrong(upgrade, "approved", "that waits for it");
        }

        return upgrade.Plan!.Digest == digest
            ? new(upgrade with { State = UpgradeState.Preparing, Since = now }, why)
            : throw new UpgradeRefusedException(UpgradeRefusal.PlanChanged, $"The plan's digest is {upgrade.Plan.Digest}, and {digest} was approved. Look at the plan again, and approve what it is now.");
    }

    private static UpgradeRefusedException Wrong(UpgradeRecord upgrade, string order, string which) => new(
        UpgradeRefusal.WrongState,
        $"The upgrade {upgrade.Id} is {upgrade.State}; {order} can be only one {which}.");
}
