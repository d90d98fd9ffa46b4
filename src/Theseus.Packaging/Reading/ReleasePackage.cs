namespace Theseus.Packaging;

/// <summary>A release package whose every byte was checked. Immutable.</summary>
/// <param name="PackageId">The package's id, from its nuspec.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Digest">The release's digest: the SHA-256 of the manifest's bytes, which hold the digests of all other files.</param>
public sealed record ReleasePackage(string PackageId, ReleaseManifest Manifest, string Digest)
{
    /// <summary>Reads and verifies a package file. Nothing of it is loaded or run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async ValueTask<ReleaseReadResult> ReadAsync(string path, PackageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
            return await ReadAsync(stream, limits, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads and verifies a package, from the stream's beginning if it can seek, otherwise from where it stands. Nothing of it is loaded or run.</summary>
    /// <param name="stream">The package; not closed.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async ValueTask<ReleaseReadResult> ReadAsync(Stream stream, PackageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(limits);
        if (stream.CanSeek)
            return await PackageVerifier.VerifyAsync(stream, limits, extraction: null, cancellationToken).ConfigureAwait(false);
        var copy = TemporaryFile.Create(Path.GetTempPath());
        await using (copy.ConfigureAwait(false))
        {
            return await TemporaryFile.CopyAsync(stream, copy, limits.MaxPackageBytes, cancellationToken).ConfigureAwait(false) is { } fault
                ? new(null, [fault])
                : await PackageVerifier.VerifyAsync(copy, limits, extraction: null, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>What reading a package gave: the package, or every fault found in it. Immutable.</summary>
/// <param name="Package">The package; null if it is refused.</param>
/// <param name="Faults">Why it is refused; empty if it is not.</param>
public sealed record ReleaseReadResult(ReleasePackage? Package, IReadOnlyList<PackageFault> Faults)
{
    /// <summary>Whether the package was accepted.</summary>
    public bool IsAccepted => Package is not null;
}
