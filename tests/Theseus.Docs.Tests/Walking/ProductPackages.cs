namespace Theseus.Docs.Tests.Walking;

/// <summary>The product's packages, as eng/pack makes them, and a cache of packages that nobody has used before.</summary>
public sealed class ProductPackages : IAsyncLifetime
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(10);

    internal string Folder { get; } = Directory.CreateTempSubdirectory("theseus-docs-").FullName;

    internal string Packages => Path.Combine(Folder, "product");

    internal IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["NUGET_PACKAGES"] = Path.Combine(Folder, "packages"),
        // Every build of the SDK leaves empty folders behind in the folder for temporary files: in this one, which goes.
        ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(Folder, "tmp")).FullName,
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_NOLOGO"] = "1",
        // Where tools find the runtime that this test runs on.
        ["DOTNET_ROOT"] = Path.GetFullPath("../../..", System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory()),
        // Servers that outlive a command would keep its output open, and be left behind.
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
    };

    public async ValueTask InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var environment = new Dictionary<string, string?>(Environment);
        // This one builds in the repository, which has a cache.
        environment.Remove("NUGET_PACKAGES");
        var (exitCode, output) = await Tool.RunAsync(Repository.Root, environment, ["bash", "eng/pack", Packages], _deadline);
        Assert.True(exitCode == 0, output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
