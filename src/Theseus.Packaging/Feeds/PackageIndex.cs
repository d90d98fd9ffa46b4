namespace Theseus.Packaging;

/// <summary>What one file of a folder is; neither outline nor fault if it is gone. Immutable.</summary>
internal sealed record IndexedPackage(string Path, PackageOutline? Outline, IReadOnlyList<PackageFault> Faults, string? Failure)
{
    /// <summary>What to tell of it; null of a sound package, of one that is no release, and of one that is gone.</summary>
    public FeedFault? Fault => this switch
    {
        { Failure: { } failure } => new(FeedFaultCode.Unavailable, Path, failure),
        { Faults: [var first, ..] } when !Faults.Any(f => f.Code == FaultCode.ManifestMissing) =>
            new(FeedFaultCode.PackageDamaged, Path, $"The package has {Faults.Count} faults; the first: {first}", Faults),
        _ => null,
    };
}

/// <summary>Reads the packages of a folder, and reads those again that have another length or time than they had. Thread-safe.</summary>
internal sealed class PackageIndex(PackageLimits limits, Func<string, Stream> open)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Path, bool IsWhole), (long Length, DateTime Written, IndexedPackage Package)> _known = [];

    /// <summary>What a package says of itself; its files' contents are not looked at.</summary>
    public ValueTask<IndexedPackage> OutlineAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, isWhole: false, cancellationToken);

    /// <summary>Every byte of a package.</summary>
    public ValueTask<IndexedPackage> VerifyAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, isWhole: true, cancellationToken);

    public void ForgetAllBut(IEnumerable<string> present)
    {
        var kept = present.ToHashSet(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var gone in _known.Keys.Where(k => !kept.Contains(k.Path)).ToArray())
                _known.Remove(gone);
        }
    }

    private async ValueTask<IndexedPackage> ReadAsync(string path, bool isWhole, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            var (length, written) = (file.Length, file.LastWriteTimeUtc);
            lock (_lock)
            {
                if (_known.TryGetValue((path, isWhole), out var known) && known.Length == length && known.Written == written)
                    return known.Package;
            }

            var stream = open(path);
            await using (stream.ConfigureAwait(false))
            {
                var (outline, faults) = isWhole
                    ? await VerifyAsync(stream, cancellationToken).ConfigureAwait(false)
                    : await PackageVerifier.OutlineAsync(stream, limits, cancellationToken).ConfigureAwait(false);
                var package = new IndexedPackage(path, outline, faults, null);
                lock (_lock)
                    _known[(path, isWhole)] = (length, written, package);
                return package;
            }
        }
        catch (FileNotFoundException)
        {
            // It went while we looked: not there is not a fault.
            return new(path, null, [], null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(path, null, [], e.Message);
        }
    }

    private async ValueTask<(PackageOutline? Outline, IReadOnlyList<PackageFault> Faults)> VerifyAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (package, faults) = await PackageVerifier.VerifyAsync(stream, limits, extraction: null, cancellationToken).ConfigureAwait(false);
        return (PackageOutline.Of(package), faults);
    }
}
