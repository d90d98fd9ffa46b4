using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>The host's disk fails in the middle of a swap: what serves is what a restart would serve.</summary>
public sealed class FaultyDiskLaws
{
    private static Task<LiveHost> StartAsync(string folder) =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), folder);

    // A folder where a file should be written is a fault that not even root gets past.
    [Theory]
    [InlineData("markdown.json.tmp")] // before the file is replaced
    [InlineData("markdown.json.bak.tmp")] // after
    public async Task AConfirmThatFailsLeadsBackOnTheDiskToo(string obstacle)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        var path = Path.Combine(folder, ".theseus", "components", obstacle);
        await using (var host = await StartAsync(folder))
        {
            var load = new Load(() => host.Markdown.Render("*text*"));

            var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with
            {
                Progress = new Steps { At = (step, isEnd) => Put(path, isThere: step == SwapStep.Confirm && !isEnd) },
            });

            Assert.Equal((SwapOutcome.RolledBack, SwapReason.MemoryFailed), (result.Outcome, result.Reason));
            Assert.Contains(obstacle, result.Detail);
            await load.MoreAsync(20);
            await load.EndAsync();
            Assert.Equal("1.0.0", host.Engine.GetStatus("markdown").ServingVersion);
            var record = Assert.Single(host.Engine.GetHistory("markdown"));
            Assert.Equal(("RolledBack", "1.0.0"), (record.Outcome, record.Serves?.Version));
            // As a host would find it that is started while this one is killed.
            Assert.Contains("\"confirmed\":{\"version\":\"1.0.0\"", await File.ReadAllTextAsync(Path.Combine(folder, ".theseus", "components", "markdown.json")));
        }

        await using (var again = await StartAsync(folder))
        {
            Assert.Equal("1.0.0", again.Engine.GetStatus("markdown").ServingVersion);
            Assert.Equal(SwapOutcome.Completed, (await again.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Put(string path, bool isThere)
    {
        if (isThere)
        {
            Directory.CreateDirectory(path);
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }
    }

    [Fact]
    public async Task ASwapThatCannotBeRememberedIsNotBegun()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        await using (var host = await StartAsync(folder))
        {
            var path = Path.Combine(folder, ".theseus", "components", "markdown.json.tmp");
            Put(path, isThere: true);

            var refused = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

            Assert.Equal((SwapOutcome.Refused, SwapReason.MemoryFailed), (refused.Outcome, refused.Reason));
            Assert.Contains("0.31", host.Markdown.Engine);
            Assert.Single(host.Engine.GetStatus("markdown").Generations);
            Put(path, isThere: false);
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        }

        Directory.Delete(folder, recursive: true);
    }
}
