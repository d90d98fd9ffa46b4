using System.Diagnostics.CodeAnalysis;

namespace Theseus.Packaging;

/// <summary>
/// Keeps verified releases on disk, each in a folder named by its digest. Thread-safe, and safe for several processes
/// on one folder: a release appears there whole or not at all, whatever dies meanwhile.
/// </summary>
/// <remarks>On Unix only the owner may look into the store. Releases never change: adding one that is there already changes nothing.</remarks>
public sealed class ReleaseStore
{
    private readonly PackageLimits _limits;
    private readonly string _releases;
    private readonly string _incoming;

    /// <summary>Opens a store, makes its folder if it is not there, and deletes what interrupted additions left behind.</summary>
    /// <param name="folder">The store's folder; nothing else should be in it.</param>
    /// <param name="limits">How large packages may be; <see cref="PackageLimits.Default"/> if null.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public ReleaseStore(string folder, PackageLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _limits = limits ?? PackageLimits.Default;
        Folder = Path.GetFullPath(folder);
        _releases = Path.Combine(Folder, "releases");
        _incoming = Path.Combine(Folder, "incoming");
        PrivateFolder.Create(Folder);
        PrivateFolder.Create(_releases);
        PrivateFolder.Create(_incoming);
        IncomingFolder.Clean(_incoming);
    }

    /// <summary>The store's folder.</summary>
    public string Folder { get; }

    /// <summary>Verifies a package and keeps its release.</summary>
    /// <param name="package">The package, from where the stream stands; not closed.</param>
    /// <param name="cancellationToken">Ends the adding; nothing is kept then.</param>
    /// <exception cref="IOException">The package cannot be read, or the store cannot be written.</exception>
    public async ValueTask<StoreResult> AddAsync(Stream package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        using var incoming = IncomingFolder.Create(_incoming);
        // A copy of our own: what was verified cannot be changed between that and the extraction.
        var copy = TemporaryFile.Create(incoming.Path);
        var content = Path.Combine(incoming.Path, "content");
        PrivateFolder.Create(content);
        var extraction = new FolderExtraction(content);
        ReleaseReadResult reading;
        await using (copy.ConfigureAwait(false))
        {
            if (await TemporaryFile.CopyAsync(package, copy, _limits.MaxPackageBytes, cancellationToken).ConfigureAwait(false) is { } fault)
                return new(null, [fault]);
            reading = await PackageVerifier.VerifyAsync(copy, _limits, extraction, cancellationToken).ConfigureAwait(false);
        }

        if (reading.Package is not { } accepted)
            return new(null, reading.Faults);
        extraction.Sync();
        return await KeepAsync(incoming, content, accepted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets a release, after checking every byte of it again.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="digest">The release's digest.</param>
    /// <param name="cancellationToken">Ends the checking.</param>
    public async ValueTask<StoreResult> TryGetAsync(string component, string digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        var folder = FolderOf(digest);
        return Directory.Exists(folder)
            ? await FolderVerifier.VerifyAsync(folder, component, digest, _limits, cancellationToken).ConfigureAwait(false)
            : StoreResult.Absent;
    }

    /// <summary>The releases that lie in the store, by component and version. Their manifests are read, their files are not verified.</summary>
    public IReadOnlyList<StoredRelease> List()
    {
        var found = new List<StoredRelease>();
        foreach (var folder in Directory.EnumerateDirectories(_releases))
        {
            var digest = Path.GetFileName(folder);
            if (ManifestRules.IsDigest(digest))
                found.Add(TryReadManifest(folder, digest, out var manifest) ? new(digest, manifest.Component, manifest.Version) : new(digest, null, null));
        }

        return [.. found.OrderBy(r => r.Component, StringComparer.Ordinal).ThenBy(r => r.Version).ThenBy(r => r.Digest, StringComparer.Ordinal)];
    }

    /// <summary>Removes a release. A host that has loaded it may still hold its files: on Windows it cannot be removed then.</summary>
    /// <param name="digest">The release's digest.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="IOException">It is in use.</exception>
    public bool Remove(string digest)
    {
        var folder = FolderOf(digest);
        using var outgoing = IncomingFolder.Create(_incoming);
        try
        {
            Directory.Move(folder, Path.Combine(outgoing.Path, "removed"));
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        PrivateFolder.Sync(_releases);
        return true;
    }

    private async ValueTask<StoreResult> KeepAsync(IncomingFolder incoming, string content, ReleasePackage accepted, CancellationToken cancellationToken)
    {
        var target = FolderOf(accepted.Digest);
        var component = accepted.Manifest.Component;
        // Others may add, remove or damage the same release meanwhile: each round ends with one of them having won.
        for (var roundsLeft = 15; ; roundsLeft--)
        {
            if (TryMove(content, target, mayThrow: roundsLeft == 0))
            {
                PrivateFolder.Sync(_releases);
                return new(new(accepted.Manifest, accepted.Digest, target), []);
            }

            var present = await TryGetAsync(component, accepted.Digest, cancellationToken).ConfigureAwait(false);
            if (present.Release is not null)
                return present;
            if (!present.IsAbsent)
                TryMove(target, Path.Combine(incoming.Path, $"damaged{roundsLeft}"), mayThrow: false);
        }
    }

    // Why a rename failed may have changed before one can ask: whoever gets false looks again.
    private static bool TryMove(string from, string to, bool mayThrow)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (IOException) when (!mayThrow)
        {
            return false;
        }
    }

    private bool TryReadManifest(string folder, string digest, [NotNullWhen(true)] out ReleaseManifest? manifest)
    {
        manifest = null;
        try
        {
            var file = new FileInfo(Path.Combine(folder, ReleaseManifest.FileName));
            if (file.Exists && file.Length <= _limits.MaxManifestBytes && File.ReadAllBytes(file.FullName) is var bytes && ManifestJson.Digest(bytes) == digest)
                manifest = ManifestJson.Read(bytes).Manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        return manifest is not null;
    }

    private string FolderOf(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return ManifestRules.IsDigest(digest) ? Path.Combine(_releases, digest) : throw new ArgumentException("It is not a digest of 64 lower-case hexadecimal digits.", nameof(digest));
    }
}
