using System.IO.Compression;
using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>
/// Makes a release of a package that <c>dotnet pack</c> wrote: adds what the component needs at run time, leaves out
/// what it shares with the host, and writes the manifest from the attributes in the component's assembly, of which
/// nothing is loaded. Equal input gives equal bytes.
/// </summary>
public static class ReleaseSealer
{
    private static readonly SealFault severalFrameworks = new("THS3015", "A component's project has one target framework: set TargetFramework instead of TargetFrameworks.");

    /// <summary>Seals a package.</summary>
    /// <param name="request">The package and the files that the component needs.</param>
    public static SealResult Seal(SealRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var files = ReadPackage(request.Package);
        var assemblyFile = $"{request.AssemblyName}.dll";
        var candidates = files.Keys.Where(p => p.StartsWith("lib/", StringComparison.Ordinal) && p.EndsWith($"/{assemblyFile}", StringComparison.OrdinalIgnoreCase)
            && p.Count(c => c == '/') == 2).ToArray();
        var faults = new SealFaults();
        if (candidates.Length == 0)
            return new(null, []);
        if (request.IsMultiTargeted || candidates.Length > 1)
            return candidates.Any(c => HasComponent(files[c])) ? new(null, [severalFrameworks]) : new(null, []);
        using var assemblies = new AssemblySet();
        if (AssemblyImage.TryRead(files[candidates[0]]) is not { } image)
            return new(null, []);
        assemblies.Add(image);
        var beside = request.Files
            .Where(f => f.Place == SealPlace.Library && !f.Path.Contains('/') && f.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            .Select(f => f.Content);
        foreach (var bytes in beside.Concat(request.References))
        {
            if (AssemblyImage.TryRead(bytes) is { } other && !assemblies.Add(other))
                other.Dispose();
        }

        if (ComponentScan.Find(image, faults) is not { } component)
            return new(null, faults.All);
        var nuspec = ReadNuspec(files, faults);
        var draft = ManifestDraft.Make(component, image, assemblies, candidates[0], nuspec, faults);
        if (draft is null || nuspec is null || faults.All.Count > 0)
            return new(null, faults.All);
        return Build(request, files, candidates[0], draft, nuspec.WithoutDependencies(), faults);
    }

    // Of several frameworks one alone may have the component.
    private static bool HasComponent(byte[] assembly)
    {
        using var image = AssemblyImage.TryRead(assembly);
        var faults = new SealFaults();
        return image is not null && (ComponentScan.Find(image, faults) is not null || faults.All.Count > 0);
    }

    private static SealResult Build(SealRequest request, Dictionary<string, byte[]> files, string entry, ReleaseManifest draft, NuspecDocument nuspec, SealFaults faults)
    {
        var shared = draft.SharedAssemblies.Select(s => s.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var library = entry[..(entry.LastIndexOf('/') + 1)];
        var content = files
            .Where(f => !OpcParts.IsPart(f.Key) && (f.Key.Contains('/') || !f.Key.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)) && f.Key != ReleaseManifest.FileName)
            .ToDictionary(f => f.Key, f => (ReadOnlyMemory<byte>)f.Value, StringComparer.OrdinalIgnoreCase);
        foreach (var file in request.Files.Where(f => !IsOfShared(f.Path, shared)))
            content[file.Place == SealPlace.Library ? library + file.Path : file.Path] = file.Content;
        foreach (var (path, message) in content.Keys.Select(p => (p, EntryName.Check(p)?.Message)).Where(p => p.Message is not null))
            faults.Add("THS3014", $"The file '{path}' cannot be packed: {message}");
        foreach (var (name, other) in EntryName.Conflicts(content.Keys))
            faults.Add("THS3014", $"The files '{name}' and '{other}' cannot be packed together.");
        if (faults.All.Count > 0)
            return new(null, faults.All);
        var builder = new ReleaseBuilder(nuspec, draft);
        foreach (var (path, bytes) in content)
            builder.AddFile(path, bytes);
        return new(builder.Build(), []);
    }

    // An assembly, its symbols, its documentation and its satellites.
    private static bool IsOfShared(string path, HashSet<string> shared)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return (name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            && (shared.Contains(name[..^4]) || name.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase) && shared.Contains(name[..^".resources.dll".Length]));
    }

    private static NuspecDocument? ReadNuspec(Dictionary<string, byte[]> files, SealFaults faults)
    {
        var nuspecs = files.Keys.Where(p => !p.Contains('/') && p.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)).ToArray();
        var fault = "There is not exactly one.";
        if (nuspecs.Length == 1 && NuspecDocument.TryRead(files[nuspecs[0]], out var nuspec, out fault))
        {
            if (NuGetVersion.TryParse(nuspec.Version, out _))
                return nuspec;
            fault = $"Its version '{nuspec.Version}' is not a version.";
        }

        faults.Add("THS3016", $"The package's nuspec cannot be used: {fault}");
        return null;
    }

    private static Dictionary<string, byte[]> ReadPackage(ReadOnlyMemory<byte> package)
    {
        using var zip = new ZipArchive(new MemoryStream(package.ToArray(), writable: false));
        var files = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries.Where(e => !e.FullName.EndsWith('/')))
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            // NuGet escapes names as it writes them.
            files[Uri.UnescapeDataString(entry.FullName)] = content.ToArray();
        }

        return files;
    }
}
