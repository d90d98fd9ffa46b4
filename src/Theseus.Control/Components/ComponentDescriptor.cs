using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>
/// A component as the control plane knows it: what its owner settled, what its running release says of itself, and where
/// it is in its life. Immutable; lists given to a registry are copied. Records compare lists by reference: to ask whether
/// a descriptor is still the same, compare <see cref="Revision"/>.
/// </summary>
public sealed record ComponentDescriptor
{
    /// <summary>Its name; see <see cref="ComponentName.Rule"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The identifier of its packages in feeds that know nothing of components. By default its name.</summary>
    public string PackageId { get => field ?? Name; init; }

    /// <summary>The contract through which hosts call it.</summary>
    public required ComponentContract Contract { get; init; }

    /// <summary>The version that serves; null as long as none does. Changed by <see cref="ComponentRegistry.MoveAsync"/> alone.</summary>
    public NuGetVersion? CurrentVersion { get; init; }

    /// <summary>Where it is in its life. Changed by <see cref="ComponentRegistry.MoveAsync"/> alone.</summary>
    public ComponentLifecycle Lifecycle { get; init; }

    /// <summary>The components that its running release calls.</summary>
    public IReadOnlyList<ComponentDependency> Dependencies { get; init; } = [];

    /// <summary>The ways up that its known releases declare, by version.</summary>
    public IReadOnlyList<UpgradePath> UpgradePaths { get; init; } = [];

    /// <summary>Whether it may be replaced while its host runs. By default true.</summary>
    public bool IsHotSwappable { get; init; } = true;

    /// <summary>How its running release keeps state, with the migrations it carries.</summary>
    public StateDeclaration State { get; init; } = StateDeclaration.None;

    /// <summary>How its health is asked for.</summary>
    public HealthCheckSettings HealthCheck { get; init; } = new();

    /// <summary>What its running release needs of a node.</summary>
    public ResourceNeeds Resources { get; init; } = new(0, 0);

    /// <summary>How much depends on it. By default <see cref="Criticality.Medium"/>.</summary>
    public Criticality Criticality { get; init; } = Criticality.Medium;

    /// <summary>What its owner marked it with, to select components by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The versions that operators hold it to; null, the default, for any. Its <see cref="UpgradePolicy"/> holds besides.</summary>
    public VersionRange? Pinned { get; init; }

    /// <summary>Versions that operators do not let run. By default none. Its <see cref="UpgradePolicy"/> holds besides.</summary>
    public IReadOnlyList<VersionRange> Blocked { get => field ?? []; init; }

    /// <summary>The moment of an upgrade that its life was last brought up to; null when none has moved it. Older moments move it no more.</summary>
    public UpgradeMoment? Follows { get; init; }

    /// <summary>Counts its saved changes from 1; 0 before it is registered. Never goes back, also not when it is removed and registered again.</summary>
    public long Revision { get; init; }

    /// <summary>The same component with what a release says of itself: state, dependencies, resources.</summary>
    /// <param name="release">The manifest of the release that serves from now on.</param>
    internal ComponentDescriptor Running(ReleaseManifest release) => this with
    {
        CurrentVersion = release.Version,
        State = release.State,
        Dependencies = release.Dependencies,
        Resources = release.Resources,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {CurrentVersion?.ToNormalizedString() ?? "(no version)"}, {Lifecycle}";
}

/// <summary>The interface through which hosts call a component. Immutable.</summary>
/// <param name="Type">Its full name.</param>
/// <param name="Assembly">The simple name of the assembly that declares it.</param>
/// <param name="Version">The version of that assembly that hosts have, the lowest of all; null as long as none has reported it.</param>
public sealed record ComponentContract(string Type, string Assembly, NuGetVersion? Version);

/// <summary>A way up that a release declares. Immutable.</summary>
/// <param name="To">The release's version.</param>
/// <param name="From">The versions from which a direct upgrade to it is declared safe; null for all.</param>
public sealed record UpgradePath(NuGetVersion To, VersionRange? From);

/// <summary>How a component's health is asked for. Immutable.</summary>
public sealed record HealthCheckSettings
{
    /// <summary>How long one answer may take. More than zero; by default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait between two questions. More than zero; by default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many bad answers in a row make it unhealthy. 1 or more; by default 3.</summary>
    public int FailureThreshold { get; init; } = 3;
}

/// <summary>How much depends on a component.</summary>
public enum Criticality
{
    /// <summary>Nobody is woken for it.</summary>
    Low,

    /// <summary>The ordinary case.</summary>
    Medium,

    /// <summary>Users notice at once.</summary>
    High,

    /// <summary>Without it nothing works.</summary>
    Critical,
}
