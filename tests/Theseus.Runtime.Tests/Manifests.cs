using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Runtime.Tests;

internal static class Manifests
{
    public static ReleaseManifest Of(string component, string version, StateDeclaration state) => new()
    {
        Format = ReleaseManifest.CurrentFormat,
        Component = component,
        Version = NuGetVersion.Parse(version),
        TargetFramework = "net10.0",
        Contract = new("Tests.IContract", "Tests", new(1, 0, 0), VersionRange.Parse("[1.0.0,2.0.0)")),
        Entry = new("lib/net10.0/Tests.dll", "Tests.Component"),
        State = state,
        Dependencies = [],
        Resources = new(0, 0),
        SharedAssemblies = [],
        Files = [],
    };
}
