using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>One change in a component's life, as its history keeps it. Immutable.</summary>
/// <param name="Component">The component's name.</param>
/// <param name="Revision">The component's revision that came of it: orders the changes of one component.</param>
/// <param name="When">When it was recorded, in UTC.</param>
/// <param name="From">The state before; null for the very first.</param>
/// <param name="To">The state after.</param>
/// <param name="FromVersion">The version that served before; null for none.</param>
/// <param name="ToVersion">The version that serves after it; null for none.</param>
/// <param name="Why">The reason, in words.</param>
/// <param name="Upgrade">The identifier of the upgrade that did it; null if none did.</param>
public sealed record LifecycleChange(
    string Component,
    long Revision,
    DateTimeOffset When,
    ComponentLifecycle? From,
    ComponentLifecycle To,
    NuGetVersion? FromVersion,
    NuGetVersion? ToVersion,
    string Why,
    string? Upgrade);

/// <summary>A change in a component's life that is asked for. Immutable.</summary>
/// <param name="To">The state to go to.</param>
/// <param name="Why">The reason, in words; not empty.</param>
public sealed record LifecycleMove(ComponentLifecycle To, string Why)
{
    /// <summary>The version that serves from then on; null leaves it as it is. Going to <see cref="ComponentLifecycle.Registered"/> there is none.</summary>
    public NuGetVersion? Version { get; init; }

    /// <summary>The manifest of that release: its version, state, dependencies and resources become the component's. Null takes over the version alone.</summary>
    public ReleaseManifest? Release { get; init; }

    /// <summary>The identifier of the upgrade that does it; null if none does.</summary>
    public string? Upgrade { get; init; }

    /// <summary>The moment of the upgrade at which this is so; null when no upgrade does it. Nothing happens where the component has been brought up to that or a later one.</summary>
    public UpgradeMoment? Follows { get; init; }

    /// <summary>The state that the component must be in for this to happen; null for any from which the table leads there.</summary>
    public ComponentLifecycle? OnlyFrom { get; init; }
}

/// <summary>One revision of one upgrade. Of two the one with the higher number is later; of one upgrade, the one with the higher revision. Immutable.</summary>
/// <param name="Number">The upgrade's number.</param>
/// <param name="Revision">The revision of its record.</param>
public sealed record UpgradeMoment(long Number, long Revision)
{
    /// <summary>Whether it is later than another; than none it is.</summary>
    /// <param name="other">The other.</param>
    public bool IsAfter(UpgradeMoment? other) => other is null || Number > other.Number || (Number == other.Number && Revision > other.Revision);
}
