using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Theseus.Packaging;

/// <summary>
/// Builds a release package, a valid <c>.nupkg</c>, out of files and what their manifest is to say. Equal input gives
/// equal bytes. Not thread-safe.
/// </summary>
/// <remarks>Component projects need none of this: <c>dotnet pack</c> does it for them, by way of <see cref="ReleaseSealer"/>.</remarks>
public sealed class ReleaseBuilder
{
    // The oldest time that a zip archive can tell.
    private static readonly DateTimeOffset timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const int RegularFile = 0x81A4 << 16; // -rw-r--r--
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);
    private readonly ReleaseManifest _draft;
    private readonly NuspecDocument _nuspec;

    /// <summary>Begins a package with a nuspec made from the manifest.</summary>
    /// <param name="packageId">The package's id.</param>
    /// <param name="draft">The manifest; its <see cref="ReleaseManifest.Files"/> are replaced.</param>
    public ReleaseBuilder(string packageId, ReleaseManifest draft)
        : this(NuspecDocument.Create(packageId, draft), draft)
    {
    }

    internal ReleaseBuilder(NuspecDocument nuspec, ReleaseManifest draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        _nuspec = nuspec;
        _draft = draft;
    }

    /// <summary>Adds a file.</summary>
    /// <param name="path">Its path inside the package, with '/'.</param>
    /// <param name="content">Its content; not copied, so it must not change.</param>
    /// <exception cref="ArgumentException">The path is not portable, or there is such a file already.</exception>
    public ReleaseBuilder AddFile(string path, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (EntryName.Check(path) is { } fault)
            throw new ArgumentException(fault.Message, nameof(path));
        if (OpcParts.IsPart(path) || path.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase) && !path.Contains('/')
            || string.Equals(path, ReleaseManifest.FileName, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"'{path}' is written by the builder itself.", nameof(path));
        if (!_files.TryAdd(path, content))
            throw new ArgumentException($"'{path}' is there already.", nameof(path));
        return this;
    }

    /// <summary>Writes the package.</summary>
    public BuiltRelease Build()
    {
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(_files, StringComparer.Ordinal)
        {
            [_nuspec.FileName] = _nuspec.ToBytes(),
        };
        OpcParts.Add(files, _nuspec);
        var manifest = _draft with
        {
            Files = [.. files.Select(f => new ReleaseFile(f.Key, f.Value.Length, Convert.ToHexStringLower(SHA256.HashData(f.Value.Span))))],
        };
        var manifestBytes = ManifestJson.Write(manifest);
        files.Add(ReleaseManifest.FileName, manifestBytes);
        using var package = new MemoryStream();
        using (var zip = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach (var (path, content) in files)
            {
                var entry = zip.CreateEntry(path, CompressionLevel.Optimal);
                entry.LastWriteTime = timestamp;
                entry.ExternalAttributes = RegularFile;
                using var stream = entry.Open();
                stream.Write(content.Span);
            }
        }

        return new(manifest, ManifestJson.Digest(manifestBytes), package.ToArray());
    }
}
