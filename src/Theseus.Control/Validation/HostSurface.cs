using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Theseus.Control.Validation;

namespace Theseus.Control;

/// <summary>What a host offers to releases: its framework, its system, and the assemblies that it resolves by itself. Immutable and thread-safe.</summary>
public sealed class HostSurface
{
    private readonly Dictionary<string, HostAssembly> _assemblies;
    private readonly ConcurrentDictionary<string, Lazy<AssemblyMetadata?>> _metadata = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a surface.</summary>
    /// <param name="framework">The version of .NET: 10.0.</param>
    /// <param name="system">The portable name of its system: <c>linux</c>, <c>linux-musl</c>, <c>osx</c>, <c>win</c>.</param>
    /// <param name="architecture">Its processor's architecture.</param>
    /// <param name="assemblies">The assemblies of its framework and its own; of two of one name the first counts.</param>
    public HostSurface(Version framework, string system, Architecture architecture, IEnumerable<HostAssembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(framework);
        ArgumentException.ThrowIfNullOrWhiteSpace(system);
        ArgumentNullException.ThrowIfNull(assemblies);
        Framework = framework;
        System = system;
        Architecture = architecture;
        _assemblies = assemblies.DistinctBy(one => one.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(one => one.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The version of .NET.</summary>
    public Version Framework { get; }

    /// <summary>The portable name of its system.</summary>
    public string System { get; }

    /// <summary>Its processor's architecture.</summary>
    public Architecture Architecture { get; }

    /// <summary>The names of its assemblies.</summary>
    public IReadOnlyCollection<string> AssemblyNames => _assemblies.Keys;

    /// <summary>The identifiers of platforms whose files it uses, the closest first: <c>linux-x64</c>, <c>linux</c>, <c>unix-x64</c>, <c>unix</c>, <c>any</c>.</summary>
    public IReadOnlyList<string> RuntimeIds
    {
        get
        {
            var processor = Architecture.ToString().ToLowerInvariant();
            string[] systems = System switch
            {
                "win" => ["win"],
                "linux-musl" => ["linux-musl", "linux", "unix"],
                _ => [System, "unix"],
            };
            return [.. systems.SelectMany(one => new[] { $"{one}-{processor}", one }), "any"];
        }
    }

    /// <summary>That of this process, for hosts embedded in the control plane's own.</summary>
    public static HostSurface OfThisProcess()
    {
        var paths = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return new(new(Environment.Version.Major, Environment.Version.Minor), system, RuntimeInformation.ProcessArchitecture,
            paths.Select(path => new HostAssembly(Path.GetFileNameWithoutExtension(path), Version: null, path)));
    }

    /// <summary>The version of one of its assemblies; null if it has none of that name, or its file cannot be read.</summary>
    /// <param name="name">The simple name.</param>
    public Version? VersionOf(string name) => _assemblies.TryGetValue(name, out var assembly) ? assembly.Version ?? Metadata(name)?.Version : null;

    /// <summary>Whether it has an assembly.</summary>
    /// <param name="name">The simple name.</param>
    public bool Has(string name) => _assemblies.ContainsKey(name);

    /// <summary>The metadata of one of its assemblies; null if there is no file of it to be read here.</summary>
    internal AssemblyMetadata? Metadata(string name) => _assemblies.TryGetValue(name, out var assembly) && assembly.Path is { } path
        ? _metadata.GetOrAdd(name, _ => new(() => AssemblyMetadata.TryReadFile(path))).Value
        : null;
}

/// <summary>An assembly that a host resolves by itself. Immutable.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Version">Its version; null where it is to be read from the file.</param>
/// <param name="Path">A file of it, or of its reference assembly, to be read as metadata; null where there is none here: its members are then not checked.</param>
public sealed record HostAssembly(string Name, Version? Version, string? Path);
