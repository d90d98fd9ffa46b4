using Theseus.Packaging;

namespace Theseus.Control.Validation;

/// <summary>
/// The assemblies and native libraries of a release, where a host looks for them: beside the entry, and under
/// <c>runtimes</c> for platforms of their own. Thread-safe.
/// </summary>
internal sealed class ReleaseAssemblies
{
    private readonly List<(string? RuntimeId, string Path, AssemblyMetadata Metadata)> _managed = [];
    private readonly List<(string? RuntimeId, string File)> _others = [];

    private ReleaseAssemblies(ReleaseManifest manifest) => Manifest = manifest;

    public ReleaseManifest Manifest { get; }

    public static ReleaseAssemblies Read(VerifiedRelease release)
    {
        var read = new ReleaseAssemblies(release.Manifest);
        var library = release.Manifest.Entry.Assembly[..(release.Manifest.Entry.Assembly.LastIndexOf('/') + 1)];
        foreach (var path in release.Manifest.Files.Select(file => file.Path))
        {
            if (path.StartsWith(library, StringComparison.Ordinal) && !path[library.Length..].Contains('/'))
                read.Add(release, path, runtimeId: null);
            else if (path.Split('/') is ["runtimes", var id, ..] parts && (parts is [_, _, "native", _] || parts is [_, _, "lib", _, _]))
                read.Add(release, path, id);
        }

        return read;
    }

    /// <summary>The assemblies that a host of a surface would find, by simple name, with their paths in the package.</summary>
    public IReadOnlyDictionary<string, (string Path, AssemblyMetadata Metadata)> For(HostSurface? surface)
    {
        var found = new Dictionary<string, (string, AssemblyMetadata)>(StringComparer.OrdinalIgnoreCase);
        // The general place first, then ever closer ones: the last one counts.
        foreach (var id in (surface?.RuntimeIds ?? []).Reverse().Prepend(null))
        {
            foreach (var (_, path, metadata) in _managed.Where(one => one.RuntimeId == id))
                found[Path.GetFileNameWithoutExtension(path)] = (path, metadata);
        }

        return found;
    }

    /// <summary>The assemblies that can be got to from the entry by way of references, each with its path in the package, by path.</summary>
    public IReadOnlyList<(string Path, AssemblyMetadata Metadata)> Reachable(HostSurface? surface)
    {
        var all = For(surface);
        var reached = new SortedDictionary<string, AssemblyMetadata>(StringComparer.Ordinal);
        var open = new Queue<string>([Path.GetFileNameWithoutExtension(Manifest.Entry.Assembly)]);
        while (open.TryDequeue(out var name))
        {
            if (all.TryGetValue(name, out var one) && reached.TryAdd(one.Path, one.Metadata))
            {
                foreach (var reference in one.Metadata.References)
                    open.Enqueue(reference.Name);
            }
        }

        return [.. reached.Select(one => (one.Key, one.Value))];
    }

    /// <summary>Whether a host of a surface would find a native library in the package.</summary>
    public bool HasNative(string name, HostSurface surface) => NativePlaces(name).Any(id => id is null || surface.RuntimeIds.Contains(id));

    /// <summary>The platforms for which the package has a native library; null stands for all.</summary>
    public IReadOnlyList<string?> NativePlaces(string name) =>
        [.. _others.Where(one => Spellings(name).Contains(one.File, StringComparer.Ordinal)).Select(one => one.RuntimeId).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Spellings(string name) => [name, $"{name}.dll", $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dylib", $"lib{name}"];

    private void Add(VerifiedRelease release, string path, string? runtimeId)
    {
        var full = Path.GetFullPath(Path.Combine(release.Folder, path.Replace('/', Path.DirectorySeparatorChar)));
        if (path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && AssemblyMetadata.TryReadFile(full) is { } metadata)
            _managed.Add((runtimeId, path, metadata));
        else
            _others.Add((runtimeId, path[(path.LastIndexOf('/') + 1)..]));
    }
}
