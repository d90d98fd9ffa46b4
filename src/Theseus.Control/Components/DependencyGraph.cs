using NuGet.Versioning;
using Theseus.Control.Components;

namespace Theseus.Control;

/// <summary>
/// Which component calls which. Immutable and thread-safe. Every answer is in a fixed order: by name, or in the order
/// that it says.
/// </summary>
public sealed class DependencyGraph
{
    private readonly SortedDictionary<string, ComponentDescriptor> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _neededBy = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<IReadOnlyList<string>>> _groups;

    /// <summary>Makes a graph.</summary>
    /// <param name="components">The components, in any order; of two with one name the later counts.</param>
    public DependencyGraph(IEnumerable<ComponentDescriptor> components)
    {
        ArgumentNullException.ThrowIfNull(components);
        foreach (var component in components)
            _components[component.Name] = component;
        var missing = new List<MissingDependency>();
        var unsatisfied = new List<UnsatisfiedDependency>();
        foreach (var component in _components.Values)
        {
            foreach (var dependency in component.Dependencies.OrderBy(one => one.Component, StringComparer.Ordinal))
            {
                if (!_components.TryGetValue(dependency.Component, out var needed))
                    missing.Add(new(component.Name, dependency.Component, dependency.Range));
                else if (needed.CurrentVersion is not { } version || !dependency.Range.Satisfies(version))
                    unsatisfied.Add(new(component.Name, dependency.Component, dependency.Range, needed.CurrentVersion));
            }

            _needs[component.Name] = [.. component.Dependencies.Select(one => one.Component).Where(_components.ContainsKey).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            foreach (var needed in _needs[component.Name])
            {
                if (!_neededBy.TryGetValue(needed, out var callers))
                    _neededBy[needed] = callers = [];
                callers.Add(component.Name);
            }
        }

        Missing = missing;
        Unsatisfied = unsatisfied;
        _groups = new(() => DependencyGroups.Find(_components.Keys, _needs));
    }

    /// <summary>The dependencies on components that there are none of.</summary>
    public IReadOnlyList<MissingDependency> Missing { get; }

    /// <summary>The dependencies on components of which another version serves, or none.</summary>
    public IReadOnlyList<UnsatisfiedDependency> Unsatisfied { get; }

    /// <summary>
    /// The knots: groups of components of which each depends on every other, by way of others or by itself. Each group is
    /// told as one way around it, beginning at its first name: <c>a, b, c</c> says that a calls b, b calls c, and c calls
    /// a. A group with more than one way around it is told by a shortest one from its first name.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Cycles =>
        [.. _groups.Value.Where(IsCycle).Select(group => DependencyGroups.WayAround(group, _needs)).OrderBy(cycle => cycle[0], StringComparer.Ordinal)];

    /// <summary>
    /// Every component after those that it depends on; where that leaves a choice, by name. Components of a knot stand
    /// together, by name: no order is right for them, and <see cref="Cycles"/> names them.
    /// </summary>
    public IReadOnlyList<string> TopologicalOrder => [.. _groups.Value.SelectMany(group => group)];

    /// <summary>The components that call one, directly or by way of others.</summary>
    /// <param name="name">The component's name; it need not be in the graph.</param>
    /// <param name="direct">Whether only those that call it themselves are meant.</param>
    public IReadOnlyList<string> DependentsOf(string name, bool direct = false) => Reach(name, direct, one => _neededBy.GetValueOrDefault(one));

    /// <summary>The components that one calls, directly or by way of others, as far as they are in the graph.</summary>
    /// <param name="name">The component's name; it need not be in the graph.</param>
    /// <param name="direct">Whether only those that it calls itself are meant.</param>
    public IReadOnlyList<string> DependenciesOf(string name, bool direct = false) => Reach(name, direct, one => _needs.GetValueOrDefault(one));

    /// <summary>Some components, each after those of them that it depends on, also by way of others.</summary>
    /// <param name="names">Their names; those that are not in the graph are left out.</param>
    public IReadOnlyList<string> Order(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return [.. TopologicalOrder.Where(wanted.Contains)];
    }

    private bool IsCycle(IReadOnlyList<string> group) => group.Count > 1 || _needs[group[0]].Contains(group[0]);

    private static IReadOnlyList<string> Reach(string name, bool direct, Func<string, IReadOnlyList<string>?> next)
    {
        ArgumentNullException.ThrowIfNull(name);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out var one))
        {
            foreach (var other in next(one) ?? [])
            {
                if (found.Add(other) && !direct)
                    open.Enqueue(other);
            }
        }

        // In a knot a component reaches itself: it is not its own dependent.
        found.Remove(name);
        return [.. found];
    }
}

/// <summary>A dependency on a component that there is none of. Immutable.</summary>
/// <param name="Component">The component that has the dependency.</param>
/// <param name="Needs">The component that is missing.</param>
/// <param name="Range">The versions of it that would do.</param>
public sealed record MissingDependency(string Component, string Needs, VersionRange Range)
{
    /// <inheritdoc/>
    public override string ToString() => $"'{Component}' needs '{Needs}' {Range.ToNormalizedString()}, and there is no such component.";
}

/// <summary>A dependency on a component of which no fitting version serves. Immutable.</summary>
/// <param name="Component">The component that has the dependency.</param>
/// <param name="Needs">The component that it calls.</param>
/// <param name="Range">The versions of it that would do.</param>
/// <param name="Version">The version that serves; null for none.</param>
public sealed record UnsatisfiedDependency(string Component, string Needs, VersionRange Range, NuGetVersion? Version)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"'{Component}' needs '{Needs}' {Range.ToNormalizedString()}, and {(Version is null ? "no version of it" : Version.ToNormalizedString())} serves.";
}
