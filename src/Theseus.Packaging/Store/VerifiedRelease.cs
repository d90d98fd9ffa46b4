namespace Theseus.Packaging;

/// <summary>A release whose every byte was checked against its manifest, laid out on disk and ready to be loaded. Immutable.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Digest">The SHA-256 digest of its manifest, which holds the digests of all else: 64 lower-case hexadecimal digits.</param>
/// <param name="Folder">The folder that holds its files, at their paths inside the package.</param>
public sealed record VerifiedRelease(ReleaseManifest Manifest, string Digest, string Folder)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Manifest.Component} {Manifest.Version}";
}
