using Theseus.Control.Upgrades;

namespace Theseus.Storage;

/// <summary>Which upgrades have changed something, or may have, and of which components. The same for every database.</summary>
internal static class Landings
{
    /// <summary>The components of an upgrade that ended otherwise than as failed or cancelled; none of any other.</summary>
    public static IEnumerable<string> Of(UpgradeRecord upgrade) => upgrade.State is UpgradeState.Completed or UpgradeState.RolledBack or UpgradeState.RollbackFailed
        ? upgrade.Request.Targets.Select(target => target.Component).Distinct(StringComparer.Ordinal)
        : [];
}
