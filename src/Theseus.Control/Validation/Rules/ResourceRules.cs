namespace Theseus.Control.Validation;

/// <summary>Whether nodes have what a release needs. While a swap lasts both versions are there, so what the old one holds does not count as free.</summary>
internal static class ResourceRules
{
    public static IEnumerable<Finding> Capacity(ValidationContext context)
    {
        var needs = context.Release.Manifest.Resources;
        if (needs is { MemoryMebibytes: 0, Millicores: 0 })
        {
            yield return Finding.Pass("theseus.json: resources", "It states no needs.");
            yield break;
        }

        var enough = 0;
        foreach (var node in context.Upgrade.Nodes.OrderBy(one => one.Node, StringComparer.Ordinal))
        {
            var findings = new[] { Check(node.Node, "MiB of memory", needs.MemoryMebibytes, node.FreeMemoryMebibytes), Check(node.Node, "millicores", needs.Millicores, node.FreeMillicores) }.OfType<Finding>().ToList();
            enough += findings.Count == 0 ? 1 : 0;
            foreach (var finding in findings)
                yield return finding;
        }

        if (enough > 0)
            yield return Finding.Pass("theseus.json: resources", $"{enough} of {context.Upgrade.Nodes.Count} nodes have {needs.MemoryMebibytes} MiB and {needs.Millicores} millicores to spare.");
    }

    private static Finding? Check(string node, string what, long needed, long? free)
    {
        if (needed == 0 || free >= needed)
            return null;
        return free is null
            ? Finding.Warning($"node {node}", $"It is not known how many {what} it has to spare; {needed} are needed.", "Let the node report it.")
            : Finding.Error($"node {node}", $"It has {free} {what} to spare; {needed} are needed beside the version that runs.", "Make room on the node, or leave it out.");
    }
}
