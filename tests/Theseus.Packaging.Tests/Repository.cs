using System.Reflection;

namespace Theseus.Packaging.Tests;

/// <summary>Where things are that the build made.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Configuration { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Configuration").Value!;

    /// <summary>A release as the build of its project made it.</summary>
    public static byte[] CounterPackage { get; } = File.ReadAllBytes(Path.Combine(Root, "artifacts", "fixtures", "Theseus.Fixtures.Counter.2.5.0-rc.1.nupkg"));

    public static string Output(string project, string file) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration.ToLowerInvariant(), file);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Theseus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
