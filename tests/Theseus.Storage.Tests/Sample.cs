using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>Records to store.</summary>
internal static class Sample
{
    public static UpgradeRecord Upgrade(string id, params string[] components) => new()
    {
        Id = id,
        Request = new UpgradeRequest
        {
            Targets = [.. components.Select(component => new UpgradeTarget(component, "2.0.0"))],
            Parameters = new CanaryParameters { Nodes = Amount.Percent(25), Share = 0.5 },
            RequestedBy = "operator",
        },
        Since = DateTimeOffset.UnixEpoch,
        RequestedAt = DateTimeOffset.UnixEpoch,
    };

    public static AuditEntry Entry(string why, string subject = "u1") => new(DateTimeOffset.UnixEpoch, "operator", subject, "a", "b", why);
}
