using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>An upgrade that is to be validated, with everything around it that matters. Immutable.</summary>
public sealed record UpgradeContext
{
    /// <summary>The component, as it is now.</summary>
    public required ComponentDescriptor Component { get; init; }

    /// <summary>The version to upgrade to.</summary>
    public required NuGetVersion Target { get; init; }

    /// <summary>The moment of which everything here is told.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>All components that are registered, this one too or not.</summary>
    public IReadOnlyList<ComponentDescriptor> Components { get; init; } = [];

    /// <summary>The releases of other components that are upgraded together with this one.</summary>
    public IReadOnlyList<ReleaseManifest> Together { get; init; } = [];

    /// <summary>The nodes that it is upgraded on.</summary>
    public IReadOnlyList<NodeFacts> Nodes { get; init; } = [];

    /// <summary>What the owner allows.</summary>
    public UpgradePolicy Policy { get; init; } = new();

    /// <summary>The rollbacks of this component that are remembered, in any order.</summary>
    public IReadOnlyList<RollbackRecord> Rollbacks { get; init; } = [];

    /// <summary>What is done if it fails; null where nobody has chosen, which is rolling back.</summary>
    public FailureAction? FailureAction { get; init; }

    /// <summary>Whether it takes an earlier upgrade back: to a release that has served here before, so that what is asked of new ones is not asked of it.</summary>
    public bool IsRollback { get; init; }

    /// <summary>
    /// The digest of the release, where nodes have kept it and go back to it: then it goes on without its package, and
    /// what only that could tell is not checked. Null, the default, for a release that nodes have yet to get.
    /// </summary>
    public string? KeptDigest { get; init; }

    /// <summary>Whether the release begins with a state of its own that nodes have kept, so that the state of now need not lead to it.</summary>
    public bool RestoresState { get; init; }

    /// <summary>Whether the settings that the component is run with change too, so that its present version is not out of the question.</summary>
    public bool ChangesSettings { get; init; }

    /// <summary>Whether it starts by itself: by a schedule, an event, a condition. False where a person asks for it.</summary>
    public bool IsAutomatic { get; init; }
}

/// <summary>What is done when an upgrade fails after its point of no return.</summary>
public enum FailureAction
{
    /// <summary>It is taken back.</summary>
    RollBack,

    /// <summary>It stops where it is, and a person decides.</summary>
    Freeze,

    /// <summary>It goes on all the same, to be mended by a later release: for what is worse half done than done.</summary>
    RollForward,
}

/// <summary>A rollback that is remembered. Immutable.</summary>
/// <param name="Component">The component.</param>
/// <param name="Version">The version that was rolled back.</param>
/// <param name="When">When.</param>
/// <param name="Why">The reason, in words.</param>
public sealed record RollbackRecord(string Component, NuGetVersion Version, DateTimeOffset When, string Why);

/// <summary>What is known of a node before an upgrade. Immutable.</summary>
/// <param name="Node">Its name.</param>
public sealed record NodeFacts(string Node)
{
    /// <summary>The version of the component that serves there; null for none, or where it is not known.</summary>
    public NuGetVersion? Running { get; init; }

    /// <summary>The memory it has to spare beside what its components declare that they need, in mebibytes; null where it is not known.</summary>
    public long? FreeMemoryMebibytes { get; init; }

    /// <summary>The processor time it has to spare beside what its components declare that they need, in thousandths of one core; null where it is not known.</summary>
    public long? FreeMillicores { get; init; }

    /// <summary>What its host offers to releases; null where it is not known. Nodes alike share one object, and are checked once.</summary>
    public HostSurface? Surface { get; init; }
}

/// <summary>What an owner allows for a component's upgrades. Immutable.</summary>
public sealed record UpgradePolicy
{
    /// <summary>The versions that it is held to; null for any.</summary>
    public VersionRange? Pinned { get; init; }

    /// <summary>Versions that must not run.</summary>
    public IReadOnlyList<VersionRange> Blocked { get; init; } = [];

    /// <summary>How long a release must have been in its feed. Zero, the default, for no such rule. A release of unknown age is held.</summary>
    public TimeSpan MinimumAge { get; init; }

    /// <summary>Whether a prerelease may be taken without anybody asking for it. By default false.</summary>
    public bool AllowPrerelease { get; init; }

    /// <summary>Whether state may be dropped; see <see cref="VersionOptions.AllowDroppingState"/>. By default false.</summary>
    public bool AllowDroppingState { get; init; }

    /// <summary>Assemblies that releases refer to and can do without, by simple name.</summary>
    public IReadOnlyList<string> OptionalAssemblies { get; init; } = [];

    /// <summary>Native libraries that nodes have besides those of their system, as they are named in <c>DllImport</c>.</summary>
    public IReadOnlyList<string> SystemLibraries { get; init; } = [];
}
