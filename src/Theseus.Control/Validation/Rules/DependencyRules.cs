using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Validation;

/// <summary>Whether components still fit each other after the upgrade.</summary>
internal static class DependencyRules
{
    public static IEnumerable<Finding> Needed(ValidationContext context)
    {
        const string Place = "theseus.json: dependencies";
        var after = After(context);
        foreach (var dependency in context.Release.Manifest.Dependencies.OrderBy(one => one.Component, StringComparer.Ordinal))
        {
            var range = dependency.Range.ToNormalizedString();
            if (!after.TryGetValue(dependency.Component, out var needed))
                yield return Finding.Error(Place, $"It needs '{dependency.Component}' {range}, and there is no such component.", $"Register and deploy '{dependency.Component}' first.");
            else if (needed.Version is null)
                yield return Finding.Error(Place, $"It needs '{dependency.Component}' {range}, of which no version serves.", $"Deploy '{dependency.Component}' first, or together with it.");
            else if (!dependency.Range.Satisfies(needed.Version))
                yield return Finding.Error(Place, $"It needs '{dependency.Component}' {range}, of which {needed.Version.ToNormalizedString()} will serve.", $"Upgrade '{dependency.Component}' first, or together with it.");
            else
                yield return Finding.Pass(Place, $"'{dependency.Component}' {needed.Version.ToNormalizedString()} is in {range}.");
        }

        var name = context.Upgrade.Component.Name;
        foreach (var cycle in GraphOf(after).Cycles.Where(cycle => cycle.Contains(name, StringComparer.Ordinal)))
            yield return Finding.Warning(Place, $"The components depend on each other in a circle: {string.Join(" -> ", cycle)} -> {cycle[0]}.", "No order of upgrades is right for them: upgrade them together, or take a dependency out.");
    }

    public static IEnumerable<Finding> Dependents(ValidationContext context)
    {
        var (name, target) = (context.Upgrade.Component.Name, context.Upgrade.Target);
        foreach (var (caller, what) in After(context).Where(one => one.Key != name).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            foreach (var dependency in what.Dependencies.Where(one => one.Component == name))
            {
                yield return dependency.Range.Satisfies(target)
                    ? Finding.Pass($"component {caller}", $"It works with '{name}' {dependency.Range.ToNormalizedString()}.")
                    : Finding.Error($"component {caller}", $"It works with '{name}' {dependency.Range.ToNormalizedString()}, and {target.ToNormalizedString()} will serve.", $"Upgrade '{caller}' first, or together with it.");
            }
        }
    }

    /// <summary>What will serve, and what it needs, by name: of components that are upgraded together their new releases count.</summary>
    private static SortedDictionary<string, (NuGetVersion? Version, IReadOnlyList<ComponentDependency> Dependencies)> After(ValidationContext context)
    {
        var after = new SortedDictionary<string, (NuGetVersion?, IReadOnlyList<ComponentDependency>)>(StringComparer.Ordinal);
        foreach (var component in context.Upgrade.Components.Where(one => one.Lifecycle != ComponentLifecycle.Retired))
            after[component.Name] = (component.CurrentVersion, component.Dependencies);
        foreach (var release in context.Upgrade.Together)
            after[release.Component] = (release.Version, release.Dependencies);
        // What they will need is not known, so it is not held against this one.
        foreach (var (component, version) in context.Unread)
            after[component] = (version, []);
        after[context.Upgrade.Component.Name] = (context.Upgrade.Target, context.Target.Release?.Manifest.Dependencies ?? []);
        return after;
    }

    private static DependencyGraph GraphOf(SortedDictionary<string, (NuGetVersion? Version, IReadOnlyList<ComponentDependency> Dependencies)> after) => new(
        after.Select(one => new ComponentDescriptor { Name = one.Key, Contract = new("", "", null), CurrentVersion = one.Value.Version, Dependencies = one.Value.Dependencies }));
}
