namespace Theseus.Packaging;

/// <summary>What reading a manifest gave: the manifest, or every fault found in it. Immutable.</summary>
/// <param name="Manifest">The manifest; null if there are faults.</param>
/// <param name="Faults">The faults; empty if there is a manifest.</param>
public sealed record ManifestReading(ReleaseManifest? Manifest, IReadOnlyList<PackageFault> Faults);
