using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>A release as it lies in a store, not yet verified again. Immutable.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Component">Its component's name; null if its manifest cannot be read.</param>
/// <param name="Version">Its version; null if its manifest cannot be read.</param>
public sealed record StoredRelease(string Digest, string? Component, NuGetVersion? Version);

/// <summary>What adding or getting a release gave: the release, or the faults, or neither where there is no such release. Immutable.</summary>
/// <param name="Release">The release; null if it was refused or is not there.</param>
/// <param name="Faults">Why it was refused.</param>
public sealed record StoreResult(VerifiedRelease? Release, IReadOnlyList<PackageFault> Faults)
{
    /// <summary>There is no such release.</summary>
    public static StoreResult Absent { get; } = new(null, []);

    /// <summary>Whether there is no such release.</summary>
    public bool IsAbsent => Release is null && Faults.Count == 0;
}
