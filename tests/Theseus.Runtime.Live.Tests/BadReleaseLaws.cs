using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.Extensions.DependencyInjection;
using Theseus.Runtime.Tests.Loading;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Each bad release, under load: the old version serves all calls, and what was loaded goes away again.</summary>
public sealed class BadReleaseLaws
{
    private const string Plain = "Some *text*.\n";
    private const string Table = "| a | b |\n| --- | --- |\n| 1 | 2 |\n";

    private static readonly SwapOptions s_options = LiveHost.Quick with
    {
        Trial = new() { Duration = TimeSpan.FromHours(1), HealthInterval = TimeSpan.FromMilliseconds(50) },
        Deadlines = new() { Start = TimeSpan.FromMilliseconds(300), Stop = TimeSpan.FromMilliseconds(300), Drain = TimeSpan.FromMilliseconds(300) },
    };

    private static readonly SwapOptions s_withoutRecentCalls = s_options with { WarmUp = s_options.WarmUp with { RecentCalls = 0 } };

    private static Task<LiveHost> StartAsync(string? feed = null) =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), feed: feed);

    private static Load RenderOn(LiveHost host, string document = Plain + "\n" + Table) => new(() =>
    {
        if (!host.Markdown.Render(document).Contains("<em>text</em>", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A wrong answer.");
        }
    });

    [Theory]
    [InlineData("9.4.0", SwapReason.LoadFailed, "constructor")] // throws
    [InlineData("9.5.0", SwapReason.WarmUpFailed, "Typography")] // misses a dependency, found by a recent call
    [InlineData("9.7.0", SwapReason.StartTimedOut, "0.3 s")] // hangs in start
    [InlineData("9.6.0", SwapReason.WarmUpFailed, "MissingMethod")] // misses a method, found by a recent call
    [InlineData("9.10.0", SwapReason.WarmUpFailed, "Nothing works.")] // lies about its health, found by a recent call
    public async Task ItIsFoundBeforeThePointOfNoReturn(string version, SwapReason reason, string detail)
    {
        await using var host = await StartAsync();
        var load = RenderOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("markdown", version, s_options).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Contains(detail, result.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(result.Steps, step => step.Step == SwapStep.Publish);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Engine.GetStatus("markdown").ServingVersion);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        if (reason == SwapReason.LoadFailed)
        {
            // It never became a generation, so there is no record of its end.
            Assert.Null(retired);
            AssertUnloaded(version);
        }
        else
        {
            Assert.True(retired!.IsGone, retired.Summary);
            Assert.Equal([("1.0.0", GenerationState.Serving), (version, GenerationState.Gone)], host.Engine.GetStatus("markdown").Generations.Select(one => (one.Version, one.State)));
        }
    }

    private static void AssertUnloaded(string version)
    {
        using var deadline = new CancellationTokenSource(LiveHost.Deadline, TimeProvider.System);
        while (IsLoaded(version))
        {
            Assert.False(deadline.IsCancellationRequested, $"{version} is still loaded.");
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsLoaded(string version) => AppDomain.CurrentDomain.GetAssemblies()
        .Select(AssemblyLoadContext.GetLoadContext)
        .Any(context => context is { IsCollectible: true, Name: { } name } && name.StartsWith($"markdown {version} ", StringComparison.Ordinal));

    [Theory]
    [InlineData("9.1.0", "proven-failures")] // throws on some inputs
    [InlineData("9.6.0", "proven-failures")] // misses a method
    [InlineData("9.10.0", "proven-failures")] // lies about its health
    [InlineData("9.2.0", "slowdown")] // slow
    public async Task ItIsTakenBackDuringItsTrialAndNoCallerSeesAFailure(string version, string rule)
    {
        await using var host = await StartAsync();
        var load = RenderOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("markdown", version, s_withoutRecentCalls).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TrialFailed, rule), (result.Outcome, result.Reason, result.Verdict?.Rule));
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Engine.GetStatus("markdown").ServingVersion);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
    }

    [Fact]
    public async Task OneThatIsSlowIsTakenBackThoughItWasStaged()
    {
        await using var host = await StartAsync();
        var load = RenderOn(host);
        Assert.Equal(SwapOutcome.Staged, (await host.Engine.StageAsync("markdown", "9.2.0", s_withoutRecentCalls)).Outcome);

        var result = await host.Engine.SwapAsync("markdown", "9.2.0", s_withoutRecentCalls).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.RolledBack, "slowdown"), (result.Outcome, result.Verdict?.Rule));
        await load.EndAsync();
    }

    [Fact]
    public async Task OneThatIsSlowIsTakenBackThoughNobodyCallsRightBeforeItsTrial()
    {
        await using var host = await StartAsync();
        host.Services.GetRequiredService<MetricsCollector>().StartCollection();
        for (var call = 0; call < 60; call++)
        {
            host.Markdown.Render(Plain);
        }

        var swap = host.Engine.SwapAsync("markdown", "9.2.0", s_withoutRecentCalls);
        while (host.Engine.GetStatus("markdown").Trial is null && !swap.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        var load = RenderOn(host);
        var result = await swap.WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.RolledBack, "slowdown"), (result.Outcome, result.Verdict?.Rule));
        Assert.Equal(60, result.Verdict!.Evidence.Before!.Calls);
        await load.EndAsync();
    }

    [Fact]
    public async Task OneThatHangsInStopIsReplacedAndItsRecordSaysSo()
    {
        await using var host = await StartAsync();
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "9.8.0", s_options with { Trial = LiveHost.Quick.Trial })).Outcome);
        var load = RenderOn(host);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_options with { Trial = LiveHost.Quick.Trial });

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.Contains(retired!.StopProblems, problem => problem.Contains("StopAsync had not ended after 0.3 s", StringComparison.Ordinal));
        await load.EndAsync();
    }

    [Fact]
    public async Task OneThatNeverDrainsIsReplacedAndItsRecordNamesTheCall()
    {
        await using var host = await StartAsync();
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "9.9.0", s_options with { Trial = LiveHost.Quick.Trial })).Outcome);
        var forEver = host.Markdown.RenderAsync("for ever", CancellationToken.None).AsTask();
        var load = RenderOn(host);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_options with { Trial = LiveHost.Quick.Trial });

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.False(retired!.IsGone);
        var call = Assert.Single(retired.InFlight);
        Assert.StartsWith("RenderAsync(", call.Method);
        Assert.Equal(1, call.Calls);
        Assert.Contains(GenerationState.Lingering, host.Engine.GetStatus("markdown").Generations.Select(one => one.State));
        Assert.False(forEver.IsCompleted);
        await load.EndAsync();
        var known = await host.Engine.ExplainAsync("markdown", retired.Generation, walkHeap: false);
        Assert.Contains(known, pin => pin.Kind == PinKind.InFlightCall);
    }

    [Fact]
    public async Task ADamagedPackageIsRefusedWithItsFaultsAndNothingIsLoaded()
    {
        var feed = Directory.CreateTempSubdirectory("theseus-feed-").FullName;
        File.Copy(Path.Combine(LiveHost.Releases, "markdown.1.0.0.nupkg"), Path.Combine(feed, "markdown.1.0.0.nupkg"));
        await using (var host = await StartAsync(feed))
        {
            var good = await File.ReadAllBytesAsync(Path.Combine(LiveHost.Releases, "markdown.2.0.0.nupkg"));
            await File.WriteAllBytesAsync(Path.Combine(feed, "markdown.2.0.0.nupkg"), good[..(good.Length / 2)]);
            var load = RenderOn(host);

            var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

            Assert.Equal(SwapOutcome.Refused, result.Outcome);
            Assert.Contains("markdown.2.0.0.nupkg", result.Detail);
            Assert.Single(host.Engine.GetStatus("markdown").Generations);
            await load.EndAsync();

            // The mended package is taken, without a restart.
            await File.WriteAllBytesAsync(Path.Combine(feed, "markdown.2.0.0.nupkg"), good);
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        }

        Directory.Delete(feed, recursive: true);
    }

    [Theory]
    [InlineData("9.3.0", true)] // a timer
    [InlineData("9.3.1", false)] // a thread
    [InlineData("9.3.2", true)] // a handler of a static event
    public async Task OneThatLeaksIsReplacedAndIsEitherFreedOrNamed(string version, bool isFreed)
    {
        if (!isFreed)
        {
            HeapWalkable.OrSkip();
        }

        await using var host = await StartAsync();
        var options = LiveHost.Quick with { Deadlines = new() { Unload = TimeSpan.FromSeconds(isFreed ? 30 : 10) } };
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", version, options)).Outcome);
        var load = RenderOn(host);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", options);

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        await load.EndAsync();
        Assert.Equal(isFreed, retired!.IsGone);
        Assert.Contains(
            retired.Unload!.Pins,
            pin => isFreed ? pin.IsFreed : pin.Description.Contains("Theseus.Samples", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHostWhoseFirstReleaseIsBadSaysSoAtItsStart()
    {
        var refused = await Assert.ThrowsAsync<ComponentStartException>(() => LiveHost.StartAsync(
            theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", options => options.InitialVersion = "[9.4.0]")));
        Assert.Contains("'markdown'", Assert.Single(refused.Problems));
    }

    [Fact]
    public async Task AHostWithoutAReleaseSaysWhereItLooked()
    {
        var refused = await Assert.ThrowsAsync<ComponentStartException>(() => LiveHost.StartAsync(
            theseus => theseus.AddComponent<IMarkdownRenderer>("absent")));
        Assert.Contains(LiveHost.Releases, refused.Message);
    }
}
