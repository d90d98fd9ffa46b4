using System.Globalization;
using System.Text.Json;
using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Cli.Tests;

public sealed class ReleaseCommandLaws
{
    [Fact]
    public async Task AWholePackageIsShownAndVerified()
    {
        await using var line = new CommandLine();
        var (file, release) = Pack(line);

        var (code, output, _) = await line.RunAsync("release", "inspect", file);
        Assert.True(code == 0, output);
        // The assembly is another one after each build, and with it what is made from it.
        var built = release.Manifest.Files.Single(static one => one.Path.EndsWith(".dll", StringComparison.Ordinal));
        Snapshot.Matches("inspect", output
            .Replace(release.Digest, new string('d', 64), StringComparison.Ordinal)
            .Replace(built.Sha256[..12], new string('f', 12), StringComparison.Ordinal)
            .Replace(built.Size.ToString(CultureInfo.InvariantCulture), new string('9', built.Size.ToString(CultureInfo.InvariantCulture).Length), StringComparison.Ordinal));

        (code, output, _) = await line.RunAsync("release", "verify", file);
        Assert.Equal((0, $"counters 2.0.0 is whole: {release.Manifest.Files.Count} files, digest {release.Digest}.\n"), (code, output));
    }

    [Fact]
    public async Task ForScriptsTheManifestIsGivenAsItIs()
    {
        await using var line = new CommandLine();
        var (file, release) = Pack(line);

        var (code, output, _) = await line.RunAsync("release", "inspect", file, "--json");

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(release.Digest, json.RootElement.GetProperty("digest").GetString());
        using var manifest = JsonDocument.Parse(ManifestJson.Write(release.Manifest));
        Assert.True(JsonElement.DeepEquals(manifest.RootElement, json.RootElement.GetProperty("manifest")));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("verify")]
    public async Task ADamagedPackageIsRefusedWithItsFaults(string command)
    {
        await using var line = new CommandLine();
        var (file, _) = Pack(line);
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^30]);

        var (code, output, _) = await line.RunAsync("release", command, file);
        Assert.Equal(8, code);
        Assert.Contains("is not accepted", output, StringComparison.Ordinal);
        Assert.Contains("Truncated", output, StringComparison.Ordinal);

        (code, output, _) = await line.RunAsync("release", command, file, "--json");
        Assert.Equal(8, code);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("isAccepted").GetBoolean());
        Assert.Equal("Truncated", json.RootElement.GetProperty("faults")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task AFileThatIsNotThereIsSaid()
    {
        await using var line = new CommandLine();
        var (code, _, error) = await line.RunAsync("release", "verify", Path.Combine(line.Folder, "none.nupkg"));
        Assert.Equal(4, code);
        Assert.Contains("none.nupkg", error, StringComparison.Ordinal);
    }

    private static (string File, BuiltRelease Release) Pack(CommandLine line)
    {
        // Any real assembly will do: its code is not looked at.
        var assembly = typeof(ReleaseCommandLaws).Assembly;
        var draft = new ReleaseManifest
        {
            Format = ReleaseManifest.CurrentFormat,
            Component = "counters",
            Version = NuGetVersion.Parse("2.0.0"),
            TargetFramework = "net10.0",
            Contract = new("Samples.ICounters", "Samples.Contracts", new(1, 2, 0), VersionRange.Parse("[1.2.0,2.0.0)")),
            Entry = new($"lib/net10.0/{assembly.GetName().Name}.dll", typeof(ReleaseCommandLaws).FullName!),
            State = new(StateKind.CaughtUp, 2, null, [new(1, 2, true, true, "Counters.UpToTwo")]),
            UpgradesFrom = VersionRange.Parse("[1.0.0,2.0.0)"),
            Dependencies = [new("markdown", VersionRange.Parse("[1.0.0,3.0.0)"))],
            Resources = new(64, 250),
            SharedAssemblies = [new("Samples.Contracts", new(1, 2, 0, 0))],
            Files = [],
        };
        var release = new ReleaseBuilder("Samples.Counters", draft)
            .AddFile(draft.Entry.Assembly, File.ReadAllBytes(assembly.Location))
            .AddFile("lib/net10.0/notes.txt", "notes"u8.ToArray())
            .Build();
        var file = Path.Combine(line.Folder, "counters.nupkg");
        File.WriteAllBytes(file, release.Package.ToArray());
        return (file, release);
    }
}
