using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Tests;

/// <summary>Small real releases.</summary>
internal static class Releases
{
    private static readonly byte[] entry = Compiled.Compile("Part", "namespace Shop; public sealed class Part;");

    public static ReleaseManifest Manifest(string component, string version) => new()
    {
        Format = ReleaseManifest.CurrentFormat,
        Component = component,
        Version = NuGetVersion.Parse(version),
        TargetFramework = "net10.0",
        Contract = new("Shop.IPrices", "Shop.Contract", new(1, 0, 0), VersionRange.Parse("[1.0.0, 2.0.0)")),
        Entry = new("lib/net10.0/Part.dll", "Shop.Part"),
        State = StateDeclaration.None,
        Dependencies = [],
        Resources = new(0, 0),
        SharedAssemblies = [],
        Files = [],
    };

    /// <summary>Builds a release of which only the manifest matters.</summary>
    public static BuiltRelease Build(ReleaseManifest manifest) => new ReleaseBuilder(manifest.Component, manifest).AddFile("lib/net10.0/Part.dll", entry).Build();

    /// <summary>Puts a release into a folder; tells its file.</summary>
    public static string Put(TemporaryFolder folder, BuiltRelease release)
    {
        var path = folder.File($"{release.Manifest.Component}.{release.Manifest.Version}.nupkg");
        File.WriteAllBytes(path, release.Package.Span);
        return path;
    }
}
