using System.Runtime.InteropServices;

namespace Theseus.Runtime.Loading;

/// <summary>The runtime identifiers whose assets run in this process, the closest first.</summary>
internal static class RuntimeIds
{
    /// <summary>This process's.</summary>
    public static IReadOnlyList<string> Current { get; } =
        FallbackOf(RuntimeInformation.RuntimeIdentifier, OperatingSystemName(), RuntimeInformation.ProcessArchitecture);

    /// <summary>The identifier itself, then the portable ones it falls back to.</summary>
    /// <param name="identifier">The runtime's own, which distributions make up at will: <c>debian.12-x64</c>.</param>
    /// <param name="system">The portable name of the system: <c>linux</c>, <c>linux-musl</c>, <c>osx</c>, <c>win</c>, ...</param>
    /// <param name="architecture">The processor's architecture.</param>
    public static IReadOnlyList<string> FallbackOf(string identifier, string system, Architecture architecture)
    {
        var processor = architecture.ToString().ToLowerInvariant();
        var systems = system switch
        {
            "win" => ["win"],
            "linux-musl" => ["linux-musl", "linux", "unix"],
            _ => new[] { system, "unix" },
        };
        return [.. new[] { identifier }
            .Concat(systems.SelectMany(s => new[] { $"{s}-{processor}", s }))
            .Append("any")
            .Distinct()];
    }

    private static string OperatingSystemName() =>
        OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : OperatingSystem.IsFreeBSD() ? "freebsd"
        : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl"
        : "linux";
}
