using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Theseus.Packaging;
using Theseus.Runtime.Metrics;

namespace Theseus.Runtime.Loading;

/// <summary>
/// Holds one generation's code. The release's own assemblies come from its folder, the contract and what is shared with
/// it from the host, all else from the framework.
/// </summary>
internal sealed class ComponentLoadContext : AssemblyLoadContext
{
    private static long s_count;

    private readonly ReleaseFiles _files;
    private readonly SharedAssemblies _shared;
    private readonly ConcurrentDictionary<string, AssemblyName> _missing = new();
    private readonly ConcurrentDictionary<string, byte> _missingNatives = new();
    private readonly ConcurrentDictionary<string, byte> _changed = new();

    public ComponentLoadContext(VerifiedRelease release, SharedAssemblies shared, bool collectible)
        : base($"{release.Manifest.Component} {release.Manifest.Version} #{Interlocked.Increment(ref s_count)}", collectible)
    {
        // Before any of its code can run, so that none of its instruments is missed.
        InstrumentWatch.Ensure();
        _files = new ReleaseFiles(release, RuntimeIds.Current);
        _shared = shared;
        // Both are raised last, after the default context has not found it either. They record, and leave it to the
        // runtime to throw: code that can do without an optional assembly catches what the runtime throws.
        Resolving += (_, name) =>
        {
            if (string.IsNullOrEmpty(name.CultureName))
            {
                _missing.TryAdd(name.FullName, name);
            }

            return null;
        };
        ResolvingUnmanagedDll += (_, name) =>
        {
            _missingNatives.TryAdd(name, 0);
            return 0;
        };
    }

    /// <summary>The instruments that its code makes. Outlives it, and holds nothing of it once it is closed.</summary>
    public GenerationInstruments Instruments { get; } = new();

    /// <summary>Loads the assembly of the entry.</summary>
    public Assembly LoadEntry() => LoadFromAssemblyPath(Unchanged(_files.EntryAssembly));

    /// <summary>Assemblies that were asked for and not found, with who refers to them; in words.</summary>
    public IReadOnlyList<string> MissingAssemblies =>
        [.. _missing.Values.Select(name => $"'{name.Name}' {name.Version}{Referrers(name)} is neither in the release nor shared by the host")];

    /// <summary>Native libraries that were asked for and not found in the release; the system may have them all the same.</summary>
    public IReadOnlyList<string> MissingNativeLibraries => [.. _missingNatives.Keys];

    /// <summary>Files that were not loaded, since they are not those that were verified; in words.</summary>
    public IReadOnlyList<string> ChangedFiles => [.. _changed.Keys];

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (!string.IsNullOrEmpty(assemblyName.CultureName))
        {
            return _files.Satellite(assemblyName.CultureName, name) is { } satellite ? LoadFromAssemblyPath(Unchanged(satellite)) : null;
        }

        if (_shared.Contains(name))
        {
            return _shared.Find(assemblyName);
        }

        return _files.Assembly(name) is { } path && !FrameworkHasNewer(name, path)
            ? LoadFromAssemblyPath(Unchanged(path))
            : _shared.Find(assemblyName);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _files.Native(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(Unchanged(path)) : 0;

    private string Unchanged(string path)
    {
        if (_files.FaultOf(path) is not { } fault)
        {
            return path;
        }

        _changed.TryAdd(fault, 0);
        throw new FileLoadException($"{fault}. Nothing of it is loaded.", path);
    }

    // As an ordinary application does: of a framework assembly that also came in a package, the newer one counts.
    private static bool FrameworkHasNewer(string name, string path)
    {
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location);
        if (string.IsNullOrEmpty(folder))
        {
            return false;
        }

        var framework = Path.Combine(folder, $"{name}.dll");
        return File.Exists(framework) && AssemblyName.GetAssemblyName(framework).Version >= AssemblyName.GetAssemblyName(path).Version;
    }

    private string Referrers(AssemblyName missing)
    {
        var referrers = Assemblies
            .Where(a => a.GetReferencedAssemblies().Any(r => string.Equals(r.Name, missing.Name, StringComparison.OrdinalIgnoreCase)))
            .Select(a => $"'{a.GetName().Name}'")
            .ToList();
        return referrers.Count == 0 ? "" : $", which {string.Join(", ", referrers)} refers to,";
    }
}
