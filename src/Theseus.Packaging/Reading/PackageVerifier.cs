using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>Takes the verified bytes of a package's files as they are inflated. What it holds counts only if the package is accepted in the end.</summary>
internal interface IExtraction
{
    Stream Open(string path);
}

/// <summary>What a package says it is, its files unread: good for choosing one, never for loading it. Immutable.</summary>
internal sealed record PackageOutline(string PackageId, ReleaseManifest Manifest, string Digest)
{
    public static PackageOutline? Of(ReleasePackage? package) => package is null ? null : new(package.PackageId, package.Manifest, package.Digest);
}

/// <summary>Looks at a package and tells all its faults.</summary>
internal sealed class PackageVerifier
{
    /// <summary>Package feeds add a signature to packages after they were packed; it is neither listed nor extracted.</summary>
    public const string Signature = ".signature.p7s";
    private const string Repack = "Pack the component again.";
    private const int MaxNuspecBytes = 1 << 20;
    private readonly List<PackageFault> _faults = [];
    private readonly Dictionary<string, EntryContent> _contents = new(StringComparer.Ordinal);
    private readonly PackageLimits _limits;
    private readonly IExtraction? _extraction;
    private readonly bool _isWhole;
    private readonly ZipEntryReader _reader;

    private PackageVerifier(Stream stream, PackageLimits limits, IExtraction? extraction, bool isWhole)
    {
        _limits = limits;
        _extraction = extraction;
        _isWhole = isWhole;
        _reader = new(stream, limits, _faults);
    }

    /// <summary>Every byte of a package, which is extracted on the way if an extraction is given.</summary>
    public static ValueTask<ReleaseReadResult> VerifyAsync(Stream stream, PackageLimits limits, IExtraction? extraction, CancellationToken cancellationToken) =>
        new PackageVerifier(stream, limits, extraction, isWhole: true).ReadAsync(stream, cancellationToken);

    /// <summary>
    /// What the archive's directory, the manifest and the nuspec say, under the same limits: which files there are, not
    /// what is in them.
    /// </summary>
    public static async ValueTask<(PackageOutline? Outline, IReadOnlyList<PackageFault> Faults)> OutlineAsync(Stream stream, PackageLimits limits, CancellationToken cancellationToken)
    {
        var (package, faults) = await new PackageVerifier(stream, limits, extraction: null, isWhole: false).ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        return (PackageOutline.Of(package), faults);
    }

    private async ValueTask<ReleaseReadResult> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var directory = await ZipDirectory.ReadAsync(stream, _limits, _faults, cancellationToken).ConfigureAwait(false);
        var package = directory is var (end, entries) ? await ReadAsync(end, entries, cancellationToken).ConfigureAwait(false) : null;
        return _faults.Count == 0 ? new(package, []) : new(null, _faults);
    }

    private async ValueTask<ReleasePackage?> ReadAsync(long end, List<ZipEntry> entries, CancellationToken cancellationToken)
    {
        var sound = ZipEntryChecks.Check(entries, end, _limits, _faults);
        var (manifest, digest) = await ReadManifestAsync(entries, sound, cancellationToken).ConfigureAwait(false);
        var kept = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in sound.Where(e => e.Name is not (ReleaseManifest.FileName or Signature) && (_isWhole || IsNuspec(e.Name))).DistinctBy(e => e.Name))
        {
            var keep = IsNuspec(entry.Name) || entry.Name == manifest?.Entry.Assembly;
            var limit = IsNuspec(entry.Name) ? Math.Min(MaxNuspecBytes, _limits.MaxEntryBytes) : _limits.MaxEntryBytes;
            var memory = keep ? new MemoryStream() : null;
            if (await ReadEntryAsync(entry, limit, memory, cancellationToken).ConfigureAwait(false) is not { } content)
                continue;
            _contents[entry.Name] = content;
            if (memory is not null)
                kept[entry.Name] = memory.ToArray();
        }

        var nuspec = CheckNuspec(entries, kept, manifest);
        if (manifest is null)
            return null;
        var present = entries.Select(e => e.Name).Where(n => n is not (ReleaseManifest.FileName or Signature)).ToHashSet(StringComparer.Ordinal);
        FileChecks.Compare(manifest, present, _contents, _faults);
        EntryChecks.Check(manifest, present, kept.GetValueOrDefault(manifest.Entry.Assembly), _faults);
        return nuspec is null ? null : new(nuspec.Id, manifest, digest);
    }

    private async ValueTask<EntryContent?> ReadEntryAsync(ZipEntry entry, long limit, MemoryStream? memory, CancellationToken cancellationToken)
    {
        // Once there is a fault nothing will come of the package, and nothing more is written.
        if (_extraction is null || _faults.Count > 0)
            return await _reader.ReadAsync(entry, limit, memory, cancellationToken).ConfigureAwait(false);
        var file = _extraction.Open(entry.Name);
        await using (file.ConfigureAwait(false))
            return await _reader.ReadAsync(entry, limit, memory is null ? file : new TeeStream(file, memory), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(ReleaseManifest? Manifest, string Digest)> ReadManifestAsync(List<ZipEntry> entries, List<ZipEntry> sound, CancellationToken cancellationToken)
    {
        // More than one was told as a duplicate already.
        if (!entries.Any(e => e.Name == ReleaseManifest.FileName))
        {
            _faults.Add(new(FaultCode.ManifestMissing, ReleaseManifest.FileName, "The package has no manifest: it is not a release.", "Pack a project with a class marked with [Component]."));
            return default;
        }

        if (sound.Where(e => e.Name == ReleaseManifest.FileName).ToArray() is not [var entry])
            return default;
        using var bytes = new MemoryStream();
        if (await ReadEntryAsync(entry, _limits.MaxManifestBytes, bytes, cancellationToken).ConfigureAwait(false) is null)
            return default;
        var reading = ManifestJson.Read(bytes.ToArray());
        _faults.AddRange(reading.Faults);
        return (reading.Manifest, ManifestJson.Digest(bytes.ToArray()));
    }

    private NuspecDocument? CheckNuspec(List<ZipEntry> entries, Dictionary<string, byte[]> kept, ReleaseManifest? manifest)
    {
        var names = entries.Select(e => e.Name).Where(IsNuspec).ToArray();
        if (names.Length != 1)
        {
            _faults.Add(new(FaultCode.NuspecInvalid, "package", $"It has {names.Length} nuspec files.", Repack));
            return null;
        }

        if (!kept.TryGetValue(names[0], out var bytes))
            return null;
        if (!NuspecDocument.TryRead(bytes, out var nuspec, out var fault))
        {
            _faults.Add(new(FaultCode.NuspecInvalid, names[0], fault, Repack));
            return null;
        }

        if (!string.Equals(nuspec.FileName, names[0], StringComparison.OrdinalIgnoreCase))
            _faults.Add(new(FaultCode.PackageIdMismatch, names[0], $"It tells the id '{nuspec.Id}'.", Repack));
        if (manifest is not null && (!NuGetVersion.TryParse(nuspec.Version, out var version) || version != manifest.Version))
            _faults.Add(new(FaultCode.PackageVersionMismatch, names[0], $"It tells version '{nuspec.Version}', the manifest '{manifest.Version}'.", Repack));
        return nuspec;
    }

    private static bool IsNuspec(string name) => !name.Contains('/') && name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase);
}
