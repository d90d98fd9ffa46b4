using Theseus.Packaging;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A release that is damaged in the host's store after it was verified, at each step from there on: no changed byte is loaded, and no call is lost.</summary>
public sealed class StoredReleaseLaws : IDisposable
{
    private const string Code = "Theseus.Samples.Markdown.dll";
    private const string Library = "Markdig.dll";

    private static readonly SwapOptions s_probation = LiveHost.Quick with { Loading = null, Trial = new() { Duration = TimeSpan.FromMilliseconds(200) } };

    private readonly string _feed = Directory.CreateTempSubdirectory("theseus-feed-").FullName;

    public StoredReleaseLaws()
    {
        foreach (var version in new[] { "1.0.0", "2.0.0" })
        {
            File.Copy(Path.Combine(LiveHost.Releases, $"markdown.{version}.nupkg"), Path.Combine(_feed, $"markdown.{version}.nupkg"));
        }
    }

    public void Dispose() => Directory.Delete(_feed, recursive: true);

    [Theory]
    [InlineData(Code)]
    [InlineData(Library)] // loaded when the code first needs it
    public async Task WhatHasChangedBeforeItIsLoadedIsNotLoadedAndTheOldVersionServes(string file)
    {
        await using var host = await StartAsync();
        var load = RenderOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_probation with { Progress = DamageAt(host, SwapStep.Load, file) }).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, SwapReason.LoadFailed), (result.Outcome, result.Reason));
        Assert.Contains("(FileChanged)", result.Detail);
        Assert.Contains($"'lib/net10.0/{file}' has changed in the host's store since it was verified", result.Detail);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Engine.GetStatus("markdown").ServingVersion);
        var record = Assert.Single(host.Engine.GetHistory("markdown"));
        Assert.Equal(("Failed", "LoadFailed", result.Detail, "1.0.0"), (record.Outcome, record.Reason, record.Detail, record.Serves?.Version));
        // Asked for again, it is fetched whole.
        Assert.Equal((SwapOutcome.Completed, ""), Ending(await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick).WaitAsync(LiveHost.Deadline)));
    }

    [Theory]
    [InlineData(SwapStep.Start)]
    [InlineData(SwapStep.Publish)]
    [InlineData(SwapStep.Observe)]
    [InlineData(SwapStep.Confirm)]
    [InlineData(SwapStep.Promote)]
    public async Task WhatHasChangedBeforeItIsLoadedAgainIsNotAndTheTrialFormServes(SwapStep at)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets nobody change a file that is loaded.");
        await using var host = await StartAsync();
        var load = RenderOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_probation with { Progress = DamageAt(host, at, Library) }).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Completed, SwapReason.None), (result.Outcome, result.Reason));
        Assert.StartsWith("The release serves in its unloadable form, since loading it as resident failed: ", result.Detail);
        Assert.Contains($"FileDigestWrong at lib/net10.0/{Library}", result.Detail);
        await load.MoreAsync(20);
        await load.EndAsync();
        var serving = Assert.Single(host.Engine.GetStatus("markdown").Generations, one => one.State == GenerationState.Serving);
        Assert.Equal((2, "2.0.0", true), (serving.Number, serving.Version, serving.IsCollectible));
        Assert.Contains("1.6", host.Markdown.Engine);
        var record = Assert.Single(host.Engine.GetHistory("markdown"));
        Assert.Equal(("Completed", result.Detail, "2.0.0"), (record.Outcome, record.Detail, record.Serves?.Version));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStagedReleaseThatHasChangedIsSwappedInOnlyIfAFeedHasItWhole(bool inFeed)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets nobody change a file that is loaded.");
        await using var host = await StartAsync();
        var load = RenderOn(host);
        Assert.Equal(SwapOutcome.Staged, (await host.Engine.StageAsync("markdown", "2.0.0", s_probation).WaitAsync(LiveHost.Deadline)).Outcome);
        StoredFiles.Damage(Stored(host, Code));
        if (!inFeed)
        {
            File.Delete(Path.Combine(_feed, "markdown.2.0.0.nupkg"));
        }

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_probation).WaitAsync(LiveHost.Deadline);

        await load.MoreAsync(20);
        await load.EndAsync();
        if (inFeed)
        {
            Assert.Equal((SwapOutcome.Completed, ""), Ending(result));
            Assert.False(Assert.Single(host.Engine.GetStatus("markdown").Generations, one => one.State == GenerationState.Serving).IsCollectible);
            return;
        }

        Assert.Equal((SwapOutcome.Refused, SwapReason.ReleaseRefused), (result.Outcome, result.Reason));
        Assert.Contains($"FileDigestWrong at lib/net10.0/{Code}", result.Detail);
        Assert.Equal(("1.0.0", "2.0.0"), (host.Engine.GetStatus("markdown").ServingVersion, host.Engine.GetStatus("markdown").StagedVersion));
        var record = host.Engine.GetHistory("markdown")[0];
        Assert.Equal(("Refused", result.Detail, "1.0.0"), (record.Outcome, record.Detail, record.Serves?.Version));
    }

    [Fact]
    public async Task AReleaseThatIsAskedForByItsDigestIsFoundThoughTheStoreHasAnotherOfItsVersion()
    {
        var package = Path.Combine(_feed, "markdown.2.0.0.nupkg");
        var meant = await File.ReadAllBytesAsync(package);
        var digest = (await ReleasePackage.ReadAsync(package, PackageLimits.Default, CancellationToken.None)).Package!.Digest;
        await File.WriteAllBytesAsync(package, StoredFiles.Another(meant));
        await using var host = await StartAsync();
        var byDigest = LiveHost.Quick with { ExpectedDigest = digest };

        // The other one, which the feed has for now, is refused, and lies in the store from here on.
        var refused = await host.Engine.SwapAsync("markdown", "2.0.0", byDigest).WaitAsync(LiveHost.Deadline);
        await File.WriteAllBytesAsync(package, meant);
        var swapped = await host.Engine.SwapAsync("markdown", "2.0.0", byDigest).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Refused, SwapReason.ReleaseRefused), (refused.Outcome, refused.Reason));
        Assert.Contains($"{digest} was asked for: two packages claim to be one release", refused.Detail);
        Assert.Equal((SwapOutcome.Completed, ""), Ending(swapped));
        Assert.Equal(digest, host.Engine.GetHistory("markdown")[0].Serves?.Digest);
    }

    private Task<LiveHost> StartAsync() => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", options => options.InitialVersion = "[1.0.0]"), feed: _feed);

    private static Load RenderOn(LiveHost host) => new(() => Assert.Contains("<em>text</em>", host.Markdown.Render("*text*")));

    private static (SwapOutcome Outcome, string Detail) Ending(SwapResult result) => (result.Outcome, result.Detail);

    private static Steps DamageAt(LiveHost host, SwapStep at, string file) => new()
    {
        At = (step, isEnd) =>
        {
            if (step == at && !isEnd)
            {
                StoredFiles.Damage(Stored(host, file));
            }
        },
    };

    /// <summary>A file of release 2.0.0 in the host's store.</summary>
    private static string Stored(LiveHost host, string file)
    {
        var store = new ReleaseStore(Path.Combine(host.Folder, ".theseus", "store"));
        var digest = store.List().Single(one => one.Version!.ToNormalizedString() == "2.0.0").Digest;
        return Path.Combine(store.Folder, "releases", digest, "lib", "net10.0", file);
    }
}
