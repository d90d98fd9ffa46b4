using System.Runtime.Versioning;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>What a host keeps on disk is for the eyes of its user alone.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DataFolderLaws
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Owners = OwnersFile | UnixFileMode.UserExecute;
    private const UnixFileMode Everybodys = Owners | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryFolderOfAHostsDataIsItsOwnersAlone(bool wereThereForEverybody)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions.");

        var root = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        var data = Path.Combine(root, ".theseus");
        foreach (var folder in wereThereForEverybody ? new[] { "", "components", "history", "states", "store" } : [])
        {
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(data, folder)).FullName, Everybodys);
        }

        await using (var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), root))
        {
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);

            string[] folders = [data, .. Directory.EnumerateDirectories(data, "*", SearchOption.AllDirectories)];
            Assert.All(folders, folder => Assert.Equal((folder, Owners), (folder, File.GetUnixFileMode(folder))));
            Assert.Equal(["components", "history", "states", "store"], Directory.EnumerateDirectories(data).Select(Path.GetFileName).Order());
            Assert.Equal(OwnersFile, File.GetUnixFileMode(Path.Combine(data, "operator.json")));
        }

        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task AFolderThatCannotBeMadePrivateIsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a folder that all can read and whose permissions nobody can change.");

        var refused = await Assert.ThrowsAsync<HostMemoryException>(() => LiveHost.StartAsync(
            theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne),
            settings: ("Theseus:DataFolder", "/proc/self/task")));

        Assert.Equal("/proc/self/task", refused.Path);
        Assert.Contains("Theseus:DataFolder", refused.Message, StringComparison.Ordinal);
    }
}
