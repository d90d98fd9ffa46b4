using NuGet.Versioning;
using Theseus.Control.Validation;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>What rules see: the upgrade, and its releases as they were opened. Immutable and thread-safe. Nothing of the releases is loaded.</summary>
public sealed class ValidationContext
{
    private readonly Lazy<ReleaseAssemblies?> _assemblies;

    internal ValidationContext(UpgradeContext upgrade, ReleaseLookup target, ReleaseManifest? current, VersionStep? step)
    {
        Upgrade = upgrade;
        Target = target;
        Current = current;
        Step = step;
        _assemblies = new(() => target.Release is { } opened ? ReleaseAssemblies.Read(opened) : null);
    }

    /// <summary>The upgrade.</summary>
    public UpgradeContext Upgrade { get; }

    /// <summary>The release to upgrade to, verified and laid out on disk; or why there is none.</summary>
    public ReleaseLookup Target { get; }

    /// <summary>The manifest of the release that serves; null where none serves, or no feed has it any more.</summary>
    public ReleaseManifest? Current { get; }

    /// <summary>The judgement of the step by what the releases declare; null without a release.</summary>
    public VersionStep? Step { get; }

    /// <summary>The way through other releases, or why there is none; null where it was not looked for, since it would not help.</summary>
    internal PathResult? Detour { get; init; }

    /// <summary>The components that are upgraded together with this one to releases whose packages are not there.</summary>
    internal IReadOnlyList<(string Component, NuGetVersion Version)> Unread { get; init; } = [];

    /// <summary>The release to upgrade to. For rules that come after <see cref="UpgradeRules.ReleaseExists"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public VerifiedRelease Release => Target.Release ?? throw new InvalidOperationException($"There is no release: name '{UpgradeRules.ReleaseExists}' in the rule's {nameof(IUpgradeRule.After)}.");

    internal ReleaseAssemblies Assemblies => _assemblies.Value ?? throw new InvalidOperationException("There is no release.");

    /// <summary>The hosts that differ, each with the nodes that have it; nodes of which nothing is known are left out.</summary>
    internal IEnumerable<(HostSurface Surface, string Nodes)> Surfaces => Upgrade.Nodes
        .Where(node => node.Surface is not null)
        .GroupBy(node => node.Surface!, ReferenceEqualityComparer.Instance)
        .Select(same => ((HostSurface)same.Key!, Names([.. same.Select(node => node.Node)])));

    internal static string Names(IReadOnlyList<string> nodes)
    {
        var sorted = nodes.Order(StringComparer.Ordinal).ToList();
        return sorted.Count switch
        {
            1 => $"node {sorted[0]}",
            <= 4 => $"nodes {string.Join(", ", sorted)}",
            _ => $"nodes {string.Join(", ", sorted.Take(3))} and {sorted.Count - 3} more",
        };
    }
}
