using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Api;

/// <summary>Reads the request of an upgrade out of a body.</summary>
internal static class UpgradeReader
{
    public static UpgradeRequest Read(JsonBody body, string requestedBy, string? key)
    {
        var targets = body.Objects("targets").Select(ReadTarget).ToList();
        var strategy = body.Name<UpgradeStrategy>("strategy", isRequired: true);
        var values = body.ValuesByName("parameters");
        StrategyParameters? parameters = null;
        if (strategy is { } known)
        {
            parameters = ParameterReader.Read(known, values ?? new Dictionary<string, string>(), out var faults);
            foreach (var fault in faults)
            {
                body.Fault("parameters", fault);
            }
        }

        var nodes = body.Texts("nodes");
        var onFailure = body.Name<FailureAction>("onFailure");
        var needsApproval = body.Flag("needsApproval");
        var reason = body.Text("reason");
        body.ThrowIfFaulty();
        return new UpgradeRequest
        {
            Targets = targets,
            Parameters = parameters!,
            Nodes = nodes,
            OnFailure = onFailure ?? FailureAction.RollBack,
            NeedsApproval = needsApproval ?? false,
            RequestedBy = requestedBy,
            Reason = reason ?? "",
            Key = key,
        };
    }

    private static UpgradeTarget ReadTarget(JsonBody body)
    {
        var target = new UpgradeTarget(body.Text("component", isRequired: true) ?? "", body.Text("version", isRequired: true) ?? "")
        {
            Digest = body.Text("digest"),
            // In one order, so that the same settings make the same request.
            Settings = body.TextsByName("settings") is { } settings ? new SortedDictionary<string, string>(settings.ToDictionary(), StringComparer.Ordinal) : null,
        };
        body.RefuseOthers();
        return target;
    }
}
