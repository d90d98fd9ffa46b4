namespace Theseus.Packaging;

/// <summary>
/// A folder of packages. Releases are known by what their manifests say, whatever the files are called; packages
/// without a manifest are none of its business. New, changed and deleted files are noticed at each call. A listing
/// reads what packages say of themselves and not their files; whoever opens a release checks every byte of it.
/// Thread-safe.
/// </summary>
public sealed class FolderFeed : IBrowsableFeed
{
    private readonly string _folder;
    private readonly PackageIndex _index;

    /// <summary>Makes a feed of a folder, which need not be there yet.</summary>
    /// <param name="folder">The folder; those below it are not looked into.</param>
    /// <param name="limits">How large packages may be; <see cref="PackageLimits.Default"/> if null.</param>
    public FolderFeed(string folder, PackageLimits? limits = null)
        : this(folder, limits ?? PackageLimits.Default, Open)
    {
    }

    internal FolderFeed(string folder, PackageLimits limits, Func<string, Stream> open)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _folder = Path.GetFullPath(folder);
        _index = new(limits, open);
    }

    /// <inheritdoc/>
    public string Name => _folder;

    /// <inheritdoc/>
    /// <remarks>
    /// The package identifier does not matter: the manifests tell the component. A release that is listed may still be
    /// refused where it is read, if the contents of its files are damaged.
    /// </remarks>
    public Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        return ListAsync(file => file.Outline.Manifest.Component == component, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<FeedListing> ListAllAsync(CancellationToken cancellationToken) => ListAsync(_ => true, cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        var files = await RefreshAsync([], cancellationToken).ConfigureAwait(false);
        var same = files.Where(f => f.Outline.Manifest.Component == release.Component && f.Outline.Manifest.Version == release.Version).ToArray();
        if (same.Length == 0)
            throw new FeedException(new FeedFault(FeedFaultCode.NotFound, _folder, $"There is no {release.Component} {release.Version}."));
        var faults = new List<FeedFault>();
        if (await ChooseAsync(same, faults, cancellationToken).ConfigureAwait(false) is not var (path, _))
            throw new FeedException(faults[^1]);
        try
        {
            return Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FeedException(new FeedFault(FeedFaultCode.Unavailable, path, e.Message), e);
        }
    }

    private async Task<FeedListing> ListAsync(Func<PackageInFolder, bool> isWanted, CancellationToken cancellationToken)
    {
        var faults = new List<FeedFault>();
        var files = await RefreshAsync(faults, cancellationToken).ConfigureAwait(false);
        var releases = new List<FeedRelease>();
        foreach (var same in files.Where(isWanted).GroupBy(f => (f.Outline.Manifest.Component, f.Outline.Manifest.Version)).OrderBy(g => g.Key.Component, StringComparer.Ordinal).ThenBy(g => g.Key.Version))
        {
            if (await ChooseAsync([.. same], faults, cancellationToken).ConfigureAwait(false) is not { } file)
                continue;
            releases.Add(new(same.Key.Component, file.Outline.PackageId, same.Key.Version, file.Path) { Published = LastChange(file.Path) });
        }

        return FeedListing.Of(releases, faults);
    }

    private async ValueTask<List<PackageInFolder>> RefreshAsync(List<FeedFault> faults, CancellationToken cancellationToken)
    {
        var files = new List<PackageInFolder>();
        if (!Directory.Exists(_folder))
        {
            faults.Add(new(FeedFaultCode.NotFound, _folder, "There is no such folder."));
            return files;
        }

        var paths = Directory.GetFiles(_folder, "*.nupkg").Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
        {
            var indexed = await _index.OutlineAsync(path, cancellationToken).ConfigureAwait(false);
            if (indexed.Outline is { } outline)
                files.Add(new(path, outline));
            else if (indexed.Fault is { } fault)
                faults.Add(fault);
        }

        _index.ForgetAllBut(paths);
        return files;
    }

    // Several files that claim to be one release are read whole, so that a damaged one neither makes the release
    // ambiguous nor is given in place of a sound one. There are few such files.
    private async ValueTask<PackageInFolder?> ChooseAsync(PackageInFolder[] same, List<FeedFault> faults, CancellationToken cancellationToken)
    {
        if (same is [var only])
            return only;
        var sound = new List<PackageInFolder>();
        foreach (var file in same)
        {
            var whole = await _index.VerifyAsync(file.Path, cancellationToken).ConfigureAwait(false);
            if (whole.Outline is { } outline)
                sound.Add(new(file.Path, outline));
            else
                faults.Add(whole.Fault ?? new(FeedFaultCode.NotFound, file.Path, "It is gone, or is no release any more."));
        }

        if (sound.DistinctBy(f => f.Outline.Digest).Count() <= 1)
            return sound.FirstOrDefault();
        var manifest = same[0].Outline.Manifest;
        faults.Add(new(FeedFaultCode.ReleaseAmbiguous, _folder, $"{manifest.Component} {manifest.Version} is in several files that differ: {string.Join(", ", sound.Select(f => Path.GetFileName(f.Path)))}."));
        return null;
    }

    // All there is to tell since when a folder has a file; of one that is gone it is not known.
    private static DateTimeOffset? LastChange(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.LastWriteTimeUtc : null;
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);

    private sealed record PackageInFolder(string Path, PackageOutline Outline);
}
