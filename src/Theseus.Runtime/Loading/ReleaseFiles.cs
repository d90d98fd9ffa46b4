using System.Security.Cryptography;
using Theseus.Packaging;

namespace Theseus.Runtime.Loading;

/// <summary>
/// Where a release keeps what it may load: only files that its manifest names, and only in the places where a package
/// keeps them. Nothing is probed for outside.
/// </summary>
internal sealed class ReleaseFiles
{
    private readonly Dictionary<string, string> _assemblies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Culture, string Name), string> _satellites = [];
    private readonly Dictionary<string, string> _natives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReleaseFile> _listed;

    public ReleaseFiles(VerifiedRelease release, IReadOnlyList<string> runtimeIds)
    {
        EntryAssembly = PathOf(release, release.Manifest.Entry.Assembly);
        _listed = release.Manifest.Files.ToDictionary(file => PathOf(release, file.Path), StringComparer.Ordinal);
        var library = release.Manifest.Entry.Assembly.Split('/')[..^1];
        // The general places first, then those of ever closer runtime identifiers: the last one written counts.
        foreach (var place in runtimeIds.Reverse().Prepend(null))
        {
            foreach (var file in release.Manifest.Files)
            {
                Add(release, file.Path, library, place);
            }
        }
    }

    /// <summary>The full path of the entry's assembly.</summary>
    public string EntryAssembly { get; }

    /// <summary>The full path of a private assembly, or null.</summary>
    public string? Assembly(string name) => _assemblies.GetValueOrDefault(name);

    /// <summary>The full path of a satellite assembly, or null.</summary>
    public string? Satellite(string culture, string name) => _satellites.GetValueOrDefault((culture.ToLowerInvariant(), name));

    /// <summary>The full path of a native library, under any of the names that a system gives it, or null.</summary>
    public string? Native(string name)
    {
        string[] spellings = OperatingSystem.IsWindows() ? [name, $"{name}.dll"]
            : OperatingSystem.IsMacOS() ? [name, $"lib{name}.dylib", $"{name}.dylib", $"lib{name}"]
            : [name, $"lib{name}.so", $"{name}.so", $"lib{name}"];
        return spellings.Select(s => _natives.GetValueOrDefault(s)).FirstOrDefault(path => path is not null);
    }

    /// <summary>
    /// Looks whether a file is still the one that was verified. Much of what a release has is loaded when it is first
    /// needed, which may be long after the release was verified as a whole.
    /// </summary>
    /// <param name="path">Its full path.</param>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public string? FaultOf(string path)
    {
        var file = _listed[path];
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256 ? null : $"'{file.Path}' has changed in the host's store since it was verified";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"'{file.Path}' cannot be read from the host's store any more: {failure.Message}";
        }
    }

    private void Add(VerifiedRelease release, string path, string[] library, string? runtimeId)
    {
        var parts = path.Split('/');
        var isAssembly = path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var full = PathOf(release, path);
        if (runtimeId is null && parts.AsSpan().StartsWith(library))
        {
            switch (parts.Length - library.Length)
            {
                case 1:
                    if (isAssembly)
                    {
                        _assemblies[Path.GetFileNameWithoutExtension(path)] = full;
                    }

                    _natives[parts[^1]] = full;
                    break;
                case 2 when path.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase):
                    _satellites[(parts[^2].ToLowerInvariant(), Path.GetFileNameWithoutExtension(path))] = full;
                    break;
            }
        }
        else if (runtimeId is not null && parts is ["runtimes", var id, "native", var native] && id == runtimeId)
        {
            _natives[native] = full;
        }
        else if (runtimeId is not null && isAssembly && parts is ["runtimes", var idOfLibrary, "lib", _, _] && idOfLibrary == runtimeId)
        {
            _assemblies[Path.GetFileNameWithoutExtension(path)] = full;
        }
    }

    private static string PathOf(VerifiedRelease release, string path) =>
        Path.GetFullPath(Path.Combine(release.Folder, path.Replace('/', Path.DirectorySeparatorChar)));
}
