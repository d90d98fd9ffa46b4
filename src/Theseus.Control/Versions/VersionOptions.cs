using NuGet.Versioning;

namespace Theseus.Control;

/// <summary>Which steps and intermediate releases may be chosen. Immutable.</summary>
public sealed record VersionOptions
{
    /// <summary>The defaults.</summary>
    public static VersionOptions Default { get; } = new();

    /// <summary>Whether intermediate releases may be prereleases. By default false.</summary>
    public bool IncludePrerelease { get; init; }

    /// <summary>Whether a step may lead from a release that keeps state to one that keeps none. By default false; a host has its own such setting.</summary>
    public bool AllowDroppingState { get; init; }

    /// <summary>Whether only steps that can be taken back are chosen. By default false.</summary>
    public bool OnlyReversible { get; init; }

    /// <summary>Releases that are not gone through on the way. They may still be its beginning or end.</summary>
    public IReadOnlyList<VersionRange> Avoid { get; init; } = [];

    /// <summary>The ranges that every release gone through on the way lies in. By default none, for any. Its beginning and end may lie elsewhere.</summary>
    public IReadOnlyList<VersionRange> Within { get; init; } = [];

    /// <summary>What an owner's policy and the component's operators leave: the ways that upgrades could really go.</summary>
    /// <param name="component">The component, with its pin and blocks.</param>
    /// <param name="policy">Its owner's policy.</param>
    public static VersionOptions Of(ComponentDescriptor component, UpgradePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(policy);
        return new()
        {
            IncludePrerelease = policy.AllowPrerelease,
            AllowDroppingState = policy.AllowDroppingState,
            Avoid = [.. policy.Blocked, .. component.Blocked],
            Within = [.. new[] { policy.Pinned, component.Pinned }.OfType<VersionRange>()],
        };
    }

    internal bool Leaves(NuGetVersion version) => !Avoid.Any(range => range.Satisfies(version)) && Within.All(range => range.Satisfies(version));
}

/// <summary>What kind of change lies between two versions.</summary>
public enum VersionChange
{
    /// <summary>The same version; what stands behind '+' does not count.</summary>
    None,

    /// <summary>The first or the later of them is a prerelease of the same numbers.</summary>
    Prerelease,

    /// <summary>The third or fourth number grew.</summary>
    Patch,

    /// <summary>The second number grew.</summary>
    Minor,

    /// <summary>The first number grew.</summary>
    Major,

    /// <summary>It goes down.</summary>
    Downgrade,
}
