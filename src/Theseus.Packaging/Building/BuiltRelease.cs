namespace Theseus.Packaging;

/// <summary>A release package as it was built. Immutable.</summary>
/// <param name="Manifest">Its manifest, with the digest of every file.</param>
/// <param name="Digest">The release's digest: the SHA-256 of the manifest's bytes.</param>
/// <param name="Package">The package's bytes.</param>
public sealed record BuiltRelease(ReleaseManifest Manifest, string Digest, ReadOnlyMemory<byte> Package);
