namespace Theseus.Control.Validation;

/// <summary>Whether native libraries are there. What code loads by a name that it makes up at run time cannot be seen.</summary>
internal static class NativeRules
{
    private static readonly HashSet<string> windows = new(StringComparer.OrdinalIgnoreCase)
    {
        "advapi32", "bcrypt", "combase", "crypt32", "dbghelp", "dnsapi", "gdi32", "iphlpapi", "kernel32", "kernelbase", "mswsock", "msvcrt", "ncrypt",
        "netapi32", "normaliz", "ntdll", "ole32", "oleaut32", "psapi", "rpcrt4", "secur32", "shell32", "shlwapi", "ucrtbase", "user32", "userenv", "version", "winhttp",
        "winmm", "ws2_32", "wtsapi32",
    };

    private static readonly HashSet<string> unix = new(StringComparer.Ordinal) { "libc", "libdl", "libm", "libpthread", "librt" };

    public static IEnumerable<Finding> Libraries(ValidationContext context)
    {
        foreach (var (surface, nodes) in context.Surfaces)
        {
            var faults = 0;
            foreach (var (path, metadata) in context.Assemblies.Reachable(surface))
            {
                foreach (var name in metadata.NativeLibraries.Order(StringComparer.Ordinal))
                {
                    if (Check(context, surface, nodes, path, name) is not { } finding)
                        continue;
                    faults++;
                    yield return finding;
                }
            }

            if (faults == 0)
                yield return Finding.Pass("", $"Every native library that methods are imported from is there on {nodes}.");
        }

        if (HostRules.NotReported(context, "") is { } unknown)
            yield return unknown;
    }

    private static Finding? Check(ValidationContext context, HostSurface surface, string nodes, string path, string name)
    {
        if (context.Assemblies.HasNative(name, surface) || IsFrameworks(name) || context.Upgrade.Policy.SystemLibraries.Contains(name, StringComparer.Ordinal)
            || IsSystems(name, surface.System))
            return null;
        // Code for several systems asks which one it runs on before it calls.
        if (IsSystems(name, "win") || IsSystems(name, "linux") || IsSystems(name, "osx"))
            return Finding.Warning(path, $"It imports from '{name}', which is part of another system than that of {nodes} ('{surface.System}').", "Make sure that it is not called there.");
        var places = context.Assemblies.NativePlaces(name);
        return places.Count > 0
            ? Finding.Error(path, $"It imports from '{name}', which is in the package for {string.Join(", ", places)}, and not for {nodes} ({surface.RuntimeIds[0]}).", $"Pack it for {surface.RuntimeIds[0]}, or choose other nodes.")
            : Finding.Error(path, $"It imports from '{name}', which is neither in the package nor part of the system of {nodes}.", "Pack it with the component, or name it in the policy's SystemLibraries if nodes have it.");
    }

    private static bool IsFrameworks(string name) => name is "QCall" or "*" || name.StartsWith("libSystem.", StringComparison.Ordinal) || name.StartsWith("System.", StringComparison.Ordinal) && name.EndsWith(".Native", StringComparison.Ordinal);

    private static bool IsSystems(string name, string system)
    {
        if (system == "win")
            return windows.Contains(name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name) || name.StartsWith("api-ms-win-", StringComparison.OrdinalIgnoreCase);
        if (system == "osx" && name.StartsWith("/System/Library/", StringComparison.Ordinal))
            return true;
        // libc.so.6 is libc; libc.dylib too.
        var plain = name.Split('.')[0];
        return unix.Contains(plain.StartsWith("lib", StringComparison.Ordinal) ? plain : $"lib{plain}");
    }
}
