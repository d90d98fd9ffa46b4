namespace Theseus.Packaging;

/// <summary>
/// A folder of packages. Releases are known by what their manifests say, whatever the files are called; packages
/// without a manifest are none of its business. New, changed and deleted files are noticed at each call. Thread-safe.
/// </summary>
public sealed class FolderFeed : IReleaseFeed
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IndexedFile> _index = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly PackageLimits _limits;

    /// <summary>Makes a feed of a folder, which need not be there yet.</summary>
    /// <param name="folder">The folder; those below it are not looked into.</param>
    /// <param name="limits">How large packages may be; <see cref="PackageLimits.Default"/> if null.</param>
    public FolderFeed(string folder, PackageLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _folder = Path.GetFullPath(folder);
        _limits = limits ?? PackageLimits.Default;
    }

    /// <inheritdoc/>
    public string Name => _folder;

    /// <inheritdoc/>
    /// <remarks>The package identifier does not matter: the manifests tell the component.</remarks>
    public async Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        var (files, faults) = await RefreshAsync(cancellationToken).ConfigureAwait(false);
        var ours = files.Where(f => f.Package.Manifest.Component == component);
        var releases = new List<FeedRelease>();
        foreach (var same in ours.GroupBy(f => f.Package.Manifest.Version).OrderBy(g => g.Key))
        {
            if (same.DistinctBy(f => f.Package.Digest).Count() > 1)
                faults.Add(new(FeedFaultCode.ReleaseAmbiguous, _folder, $"{component} {same.Key} is in several files that differ: {string.Join(", ", same.Select(f => Path.GetFileName(f.Path)).Order(StringComparer.Ordinal))}."));
            else
                releases.Add(ToRelease(same.First()));
        }

        return FeedListing.Of(releases, faults);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        var (files, _) = await RefreshAsync(cancellationToken).ConfigureAwait(false);
        var found = files.Where(f => f.Package.Manifest.Component == release.Component && f.Package.Manifest.Version == release.Version).ToArray();
        if (found.Length == 0)
            throw new FeedException(new FeedFault(FeedFaultCode.NotFound, _folder, $"There is no {release.Component} {release.Version}."));
        if (found.DistinctBy(f => f.Package.Digest).Count() > 1)
            throw new FeedException(new FeedFault(FeedFaultCode.ReleaseAmbiguous, _folder, $"{release.Component} {release.Version} is in several files that differ."));
        try
        {
            return new FileStream(found[0].Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FeedException(new FeedFault(FeedFaultCode.Unavailable, found[0].Path, e.Message), e);
        }
    }

    private async ValueTask<(List<ReleaseFileInFolder> Files, List<FeedFault> Faults)> RefreshAsync(CancellationToken cancellationToken)
    {
        var faults = new List<FeedFault>();
        var files = new List<ReleaseFileInFolder>();
        if (!Directory.Exists(_folder))
        {
            faults.Add(new(FeedFaultCode.NotFound, _folder, "There is no such folder."));
            return (files, faults);
        }

        var paths = Directory.GetFiles(_folder, "*.nupkg").Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
        {
            var indexed = await IndexAsync(path, cancellationToken).ConfigureAwait(false);
            if (indexed.Reading?.Package is { } package)
                files.Add(new(path, package));
            else if (indexed.Failure is { } failure)
                faults.Add(new(FeedFaultCode.Unavailable, path, failure));
            else if (indexed.Reading is { } reading && !reading.Faults.Any(f => f.Code == FaultCode.ManifestMissing))
                faults.Add(new(FeedFaultCode.PackageDamaged, path, $"The package has {reading.Faults.Count} faults; the first: {reading.Faults[0]}", reading.Faults));
        }

        Forget(paths);
        return (files, faults);
    }

    private async ValueTask<IndexedFile> IndexAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            lock (_lock)
            {
                if (_index.TryGetValue(path, out var known) && known.Length == file.Length && known.Written == file.LastWriteTimeUtc)
                    return known;
            }

            var indexed = new IndexedFile(file.Length, file.LastWriteTimeUtc, await ReleasePackage.ReadAsync(path, _limits, cancellationToken).ConfigureAwait(false), null);
            lock (_lock)
                _index[path] = indexed;
            return indexed;
        }
        catch (FileNotFoundException)
        {
            // It went while we looked: not there is not a fault.
            return new(0, default, null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(0, default, null, e.Message);
        }
    }

    private void Forget(string[] present)
    {
        lock (_lock)
        {
            foreach (var gone in _index.Keys.Except(present).ToArray())
                _index.Remove(gone);
        }
    }

    private static FeedRelease ToRelease(ReleaseFileInFolder file) => new(file.Package.Manifest.Component, file.Package.PackageId, file.Package.Manifest.Version, file.Path);

    private sealed record ReleaseFileInFolder(string Path, ReleasePackage Package);

    private sealed record IndexedFile(long Length, DateTime Written, ReleaseReadResult? Reading, string? Failure);
}
