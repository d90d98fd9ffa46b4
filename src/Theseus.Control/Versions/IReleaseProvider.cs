using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>Where the control plane looks for releases. Thread-safe. A feed that cannot be asked is a problem in the answer, not an exception.</summary>
public interface IReleaseProvider
{
    /// <summary>Lists the releases of every component that can be found without knowing its name.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReleaseListing> BrowseAsync(CancellationToken cancellationToken);

    /// <summary>Lists a component's releases.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="packageId">The identifier of its packages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReleaseListing> ListAsync(string component, string packageId, CancellationToken cancellationToken);

    /// <summary>Reads a release's manifest out of its verified package. Nothing is kept on disk.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="packageId">The identifier of its packages.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ManifestLookup> ReadAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken);

    /// <summary>Opens a release: verified, and laid out on disk. Nothing of it is loaded.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="packageId">The identifier of its packages.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReleaseLookup> OpenAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken);
}

/// <summary>A release that a feed offers, not verified. Immutable.</summary>
/// <param name="Component">The component's name.</param>
/// <param name="PackageId">The identifier of its package.</param>
/// <param name="Version">Its version.</param>
/// <param name="Published">When the feed got it; the latest of several feeds' times; null as soon as one of them does not tell.</param>
public sealed record OfferedRelease(string Component, string PackageId, NuGetVersion Version, DateTimeOffset? Published);

/// <summary>What the feeds offer. Immutable.</summary>
/// <param name="Releases">The releases, by component and version.</param>
/// <param name="Problems">What could not be asked or used, in words.</param>
public sealed record ReleaseListing(IReadOnlyList<OfferedRelease> Releases, IReadOnlyList<string> Problems);

/// <summary>A manifest, or why there is none. Immutable.</summary>
/// <param name="Manifest">The manifest; null if the release is not there or is damaged.</param>
/// <param name="Problems">What was wrong on the way, in words.</param>
public sealed record ManifestLookup(ReleaseManifest? Manifest, IReadOnlyList<string> Problems);

/// <summary>How looking for a release ended.</summary>
public enum ReleaseAvailability
{
    /// <summary>It is there and intact.</summary>
    Available,

    /// <summary>No feed that answered has it.</summary>
    NotFound,

    /// <summary>It was found, and every package of it was refused.</summary>
    Refused,

    /// <summary>It was not found where one could look, and not every feed could be asked.</summary>
    Unreachable,
}

/// <summary>A release, or why there is none. Immutable.</summary>
/// <param name="Availability">How the search ended.</param>
/// <param name="Release">The release; null unless it is available.</param>
/// <param name="Published">When the feeds got it; null where that is not known.</param>
/// <param name="Problems">What was wrong on the way, in words.</param>
public sealed record ReleaseLookup(ReleaseAvailability Availability, VerifiedRelease? Release, DateTimeOffset? Published, IReadOnlyList<string> Problems);
