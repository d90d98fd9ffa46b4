using NuGet.Versioning;

namespace Theseus.Control.Upgrades;

/// <summary>Says all that is wrong with a request in itself, at once; what the fleet has to say of it comes later.</summary>
internal static class RequestRules
{
    private const int MostTargets = 100;
    private const int LongestReason = 2_000;
    private const int LongestKey = 200;

    public static IReadOnlyList<string> Faults(UpgradeRequest request)
    {
        var faults = new List<string>(ParameterRules.Faults(request.Parameters));
        Require(request.Targets.Count is > 0 and <= MostTargets, $"An upgrade names from 1 to {MostTargets} components.");
        foreach (var target in request.Targets)
        {
            Require(Packaging.ComponentName.IsValid(target.Component), $"'{target.Component}' is no component's name. {Packaging.ComponentName.Rule}");
            Require(NuGetVersion.TryParse(target.Version, out _), $"'{target.Version}' is no version; write it like 1.2.0 or 2.0.0-beta.1.");
        }

        foreach (var target in request.Targets)
        {
            faults.AddRange(Fleet.ReleaseSettings.Faults(target.Settings ?? new Dictionary<string, string>()).Select(fault => $"{target.Component}: {fault}"));
        }

        foreach (var twice in request.Targets.GroupBy(target => target.Component, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            faults.Add($"'{twice.Key}' is named {twice.Count()} times; name it once.");
        }

        Require(!string.IsNullOrWhiteSpace(request.RequestedBy), "Say who asks.");
        Require(request.Reason.Length <= LongestReason, $"The reason has at most {LongestReason} characters.");
        Require(request.Key is null or { Length: > 0 and <= LongestKey }, $"The key has from 1 to {LongestKey} characters.");
        foreach (var twice in request.Nodes.GroupBy(node => node, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            faults.Add($"The node '{twice.Key}' is named {twice.Count()} times; name it once.");
        }

        foreach (var stray in request.Restoring.Except(request.Targets.Select(target => target.Component), StringComparer.Ordinal))
        {
            faults.Add($"'{stray}' is to begin with the state from before, and is none of the components that are named; name it too.");
        }

        Require(request.Restoring.Count == 0 || request.RollsBack is not null, "To begin with the state from before an upgrade, say which one is taken back.");
        return faults;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                faults.Add(otherwise);
            }
        }
    }
}
