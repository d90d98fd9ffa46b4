using Theseus.Control.Upgrades;

namespace Theseus.Storage;

/// <summary>What stands in the way of an upgrade's change, in the same words for every database.</summary>
internal static class Conflicts
{
    public static UpgradeConflictException Busy(string component, string other) =>
        new($"The upgrade {other} of '{component}' has not ended. Wait for it, cancel it, or roll it back.", other);

    public static UpgradeConflictException DrivenByAnother(UpgradeRecord upgrade, DrivingLease lease) =>
        new($"The upgrade {upgrade.Id} is driven by {lease.Owner}, who took it over. Look at it again.", upgrade.Id);

    public static UpgradeConflictException Evidence(EvidenceEntry entry) =>
        new($"Evidence {entry.Number} on the upgrade {entry.Upgrade} is there already: someone else has added it. Read it again.", entry.Upgrade);

    public static UpgradeConflictException Changed(UpgradeRecord upgrade) =>
        new($"The upgrade {upgrade.Id} was changed by someone else meanwhile. Look at it again.", upgrade.Id);
}
