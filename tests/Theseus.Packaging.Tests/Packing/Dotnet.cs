using System.Diagnostics;

namespace Theseus.Packaging.Tests.Packing;

/// <summary>Runs the SDK as a person would.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan deadline = TimeSpan.FromMinutes(8);

    public static async Task<string> Succeeds(string folder, params string[] arguments)
    {
        var (exitCode, output) = await Run(folder, arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    public static async Task<string> Fails(string folder, params string[] arguments)
    {
        var (exitCode, output) = await Run(folder, arguments);
        Assert.True(exitCode != 0, output);
        return output;
    }

    private static async Task<(int ExitCode, string Output)> Run(string folder, string[] arguments)
    {
        // Servers that outlive the command would keep its output open.
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-nodeReuse:false", "-p:UseSharedCompilation=false", "-nologo"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test's own build was told must not reach this one; nor a package folder of the machine's, before which
        // the one in the folder's own nuget.config would not count.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || k == "NUGET_PACKAGES").ToArray())
            start.Environment.Remove(name);
        // Every build of the SDK leaves empty folders behind in the folder for temporary files: in this one, which goes.
        using var temporary = new TemporaryFolder();
        foreach (var name in new[] { "TMPDIR", "TMP", "TEMP" })
            start.Environment[name] = temporary.Path;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
