using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>What a node may say of itself: reports come from outside.</summary>
internal static class NodeRules
{
    private const int LongestName = 200;
    private const int LongestValue = 1000;
    private const int MostLabels = 100;

    /// <summary>What is wrong with a name; null for nothing.</summary>
    public static string? NameFault(string? name) => string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl)
        ? $"A node's name has from 1 to {LongestName} characters, and no control characters."
        : null;

    /// <summary>All that is wrong with where a node stands and what it is.</summary>
    public static IEnumerable<string> Faults(string? failureDomain, IReadOnlyDictionary<string, string>? labels)
    {
        if (failureDomain is null || failureDomain.Length > LongestName)
        {
            yield return $"A failure domain has at most {LongestName} characters.";
        }

        if (labels is null || labels.Count > MostLabels || labels.Any(label => string.IsNullOrWhiteSpace(label.Key) || label.Key.Length > LongestName || label.Value is null || label.Value.Length > LongestValue))
        {
            yield return $"A node has at most {MostLabels} labels, with names of at most {LongestName} and values of at most {LongestValue} characters.";
        }
    }

    /// <summary>All that is wrong with what a report says of its node.</summary>
    public static IReadOnlyList<string> Faults(NodeReport report)
    {
        var faults = Faults(report.FailureDomain, report.Labels).ToList();
        if (NameFault(report.Node) is { } fault)
        {
            faults.Add(fault);
        }

        if (string.IsNullOrEmpty(report.Incarnation) || report.Incarnation.Length > LongestName)
        {
            faults.Add($"A process is named by from 1 to {LongestName} characters.");
        }

        // A claim that cannot have been offered would leave no room above it.
        if (report.Claim is < 0 or > long.MaxValue / 2)
        {
            faults.Add($"{report.Claim} is no claim.");
        }

        return faults;
    }
}
