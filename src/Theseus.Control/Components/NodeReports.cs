using Theseus.Packaging;

namespace Theseus.Control.Components;

/// <summary>What the reports of several nodes about one component come to.</summary>
internal static class NodeReports
{
    /// <summary>The contract that most nodes have, in the lowest version that one of them has: a release must work on all.</summary>
    public static ComponentContract ContractOf(IReadOnlyList<NodeInventory> nodes, List<string> problems)
    {
        var kinds = nodes.GroupBy(one => (one.Contract.Type, one.Contract.Assembly)).OrderByDescending(same => same.Count()).ThenBy(same => same.Key.Type, StringComparer.Ordinal)
            .ThenBy(same => same.Key.Assembly, StringComparer.Ordinal).ToList();
        foreach (var other in kinds.Skip(1).SelectMany(same => same))
            problems.Add($"Node {other.Node} has '{other.Component}' with the contract {other.Contract.Type} of {other.Contract.Assembly}, others with {kinds[0].Key.Type} of {kinds[0].Key.Assembly}.");
        return new(kinds[0].Key.Type, kinds[0].Key.Assembly, kinds[0].Min(one => one.Contract.Version));
    }

    public static ComponentDescriptor WithContract(ComponentDescriptor present, ComponentContract reported, List<string> problems)
    {
        if ((present.Contract.Type, present.Contract.Assembly) == (reported.Type, reported.Assembly))
            return reported.Version is null || present.Contract.Version == reported.Version ? present : present with { Contract = reported };
        var problem = $"'{present.Name}' is registered with the contract {present.Contract.Type} of {present.Contract.Assembly}; nodes have it with {reported.Type} of {reported.Assembly}. Register it anew, or mend the nodes.";
        if (!problems.Contains(problem))
            problems.Add(problem);
        return present;
    }

    /// <summary>The change that the reports are evidence of; null for none.</summary>
    public static LifecycleMove? MoveOf(ComponentDescriptor known, IReadOnlyList<NodeInventory> nodes)
    {
        // Upgrades and rollbacks tell their own end; what failed is for a person to look at.
        if (known.Lifecycle is ComponentLifecycle.Upgrading or ComponentLifecycle.RollingBack or ComponentLifecycle.Failed)
            return null;
        var versions = nodes.Select(one => one.Version).Distinct().ToList();
        if (versions is [{ } only])
        {
            return known.Lifecycle == ComponentLifecycle.Active && known.CurrentVersion == only
                ? null
                : new(ComponentLifecycle.Active, $"All {nodes.Count} reporting nodes run {only.ToNormalizedString()}.") { Version = only, OnlyFrom = known.Lifecycle };
        }

        if (versions is [null])
        {
            return known.CurrentVersion is null
                ? null
                : new(ComponentLifecycle.Registered, $"None of {nodes.Count} reporting nodes runs a version.") { OnlyFrom = known.Lifecycle };
        }

        var most = nodes.Where(one => one.Version is not null).GroupBy(one => one.Version).OrderByDescending(same => same.Count()).ThenByDescending(same => same.Key).First().Key;
        // The version that was settled stays the component's as long as a node still runs it.
        var version = known.CurrentVersion is { } settled && versions.Contains(settled) ? settled : most;
        return known.Lifecycle == ComponentLifecycle.Degraded && known.CurrentVersion == version
            ? null
            : new(ComponentLifecycle.Degraded, $"Nodes differ: {Describe(nodes)}.") { Version = version, OnlyFrom = known.Lifecycle };
    }

    public static bool SaysTheSame(ComponentDescriptor component, ReleaseManifest release) =>
        component.Resources == release.Resources
        && component.Dependencies.OrderBy(one => one.Component, StringComparer.Ordinal).SequenceEqual(release.Dependencies.OrderBy(one => one.Component, StringComparer.Ordinal))
        && component.State with { Migrations = [] } == release.State with { Migrations = [] }
        && component.State.Migrations.SequenceEqual(release.State.Migrations);

    private static string Describe(IEnumerable<NodeInventory> nodes) => string.Join("; ", nodes.GroupBy(one => one.Version).OrderBy(same => same.Key)
        .Select(same => $"{same.Key?.ToNormalizedString() ?? "none"} on {string.Join(", ", same.Select(one => one.Node))}"));
}

/// <summary>Collects what a discovery changed.</summary>
internal sealed class DiscoveryNotes
{
    private readonly SortedDictionary<string, ComponentDescriptor> _changed = new(StringComparer.Ordinal);

    public List<string> Problems { get; } = [];

    /// <summary>Whether the change was done.</summary>
    public bool Add(RegistryResult result)
    {
        if (result is { Outcome: RegistryOutcome.Saved, Component: { } component })
            _changed[component.Name] = component;
        if (!result.IsDone)
            Problems.AddRange(result.Problems);
        return result.IsDone;
    }

    public DiscoveryReport ToReport() => new([.. _changed.Values], Problems);
}
