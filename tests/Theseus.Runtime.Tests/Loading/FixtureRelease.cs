using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>Lays a fixture project's output out as a release.</summary>
internal static class FixtureRelease
{
    private static readonly string _releases = Directory.CreateTempSubdirectory("theseus-releases-").FullName;
    private static readonly ConcurrentDictionary<string, string> _digests = new();

    static FixtureRelease() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_releases, recursive: true);

    /// <summary>Makes it.</summary>
    /// <param name="project">The project, whose assembly has its name.</param>
    /// <param name="entryType">The full name of the class to construct.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="leaveOut">Files of the output that are not part of the release.</param>
    /// <param name="shared">Assemblies that it shares with the host.</param>
    public static VerifiedRelease Of(string project, string entryType, Type contract, string[]? leaveOut = null, params Type[] shared)
    {
        // The output lies beside the tests' own.
        var output = AppContext.BaseDirectory.Replace("Theseus.Runtime.Tests", project, StringComparison.Ordinal);
        var folder = Path.Combine(_releases, $"{project}-{string.Join('-', leaveOut ?? [])}");
        var files = Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(output, f).Replace('\\', '/'))
            .Where(f => leaveOut?.Contains(f) != true)
            // Enough to choose from.
            .Where(f => !f.StartsWith("runtimes/", StringComparison.Ordinal) || f.Contains("x64", StringComparison.Ordinal) || f.Contains("arm64", StringComparison.Ordinal))
            .Select(f => (From: f, To: f.StartsWith("runtimes/", StringComparison.Ordinal) ? f : $"lib/net10.0/{f}"))
            .ToList();
        foreach (var (from, to) in files)
        {
            var target = Path.Combine(folder, to);
            if (!File.Exists(target))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(output, from), target);
            }
        }

        var name = contract.Assembly.GetName();
        return new VerifiedRelease(new ReleaseManifest
        {
            Format = 1,
            Component = "fixture",
            Version = new NuGetVersion(1, 0, 0),
            TargetFramework = "net10.0",
            Contract = new ContractReference(contract.FullName!, name.Name!, VersionOf(name), VersionRange.Parse("[0.1.0,1.0.0)")),
            Entry = new EntryPoint($"lib/net10.0/{project}.dll", entryType),
            State = StateDeclaration.None,
            Dependencies = [],
            Resources = new ResourceNeeds(0, 0),
            SharedAssemblies = [.. shared.Select(t => t.Assembly.GetName()).Select(a => new SharedAssembly(a.Name!, a.Version!))],
            Files = [.. files.Select(f => new ReleaseFile(f.To, new FileInfo(Path.Combine(folder, f.To)).Length, DigestOf(Path.Combine(folder, f.To))))],
        }, new string('0', 64), folder);
    }

    // Laid out once, and read many times.
    private static string DigestOf(string path) => _digests.GetOrAdd(path, static file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));

    private static NuGetVersion VersionOf(AssemblyName name) => new(name.Version!.Major, name.Version.Minor, name.Version.Build);
}
