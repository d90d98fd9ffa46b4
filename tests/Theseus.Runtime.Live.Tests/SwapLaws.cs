using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

public sealed class SwapLaws
{
    private const string Document = "# Title\n\nSome *text* with a [link](https://example.org).\n";

    private static Task<LiveHost> StartAsync(string? folder = null) =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), folder);

    private static void Render(LiveHost host)
    {
        var html = host.Markdown.Render(Document);
        if (!html.Contains("<em>text</em>", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"A wrong answer: {html}");
        }
    }

    [Fact]
    public async Task ASwapUnderLoadLosesNoCallAndTheOldCodeIsGone()
    {
        await using var host = await StartAsync();
        Assert.Contains("0.31", host.Markdown.Engine);
        var load = new Load(() => Render(host));
        await load.MoreAsync(100);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Equal((SwapOutcome.Completed, SwapReason.None, ""), (result.Outcome, result.Reason, result.Detail));
        Assert.Equal(("1.0.0", "2.0.0"), (result.From, result.To));
        await load.MoreAsync(100);
        await load.EndAsync();
        Assert.Contains("1.6", host.Markdown.Engine);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
        var generations = host.Engine.GetStatus("markdown").Generations;
        Assert.Equal([GenerationState.Gone, GenerationState.Serving], generations.Select(one => one.State));
    }

    [Fact]
    public async Task AConfirmedReleaseIsServedAfterARestartAndTheOneBeforeCanBeGoneBackTo()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        await using (var first = await StartAsync(folder))
        {
            Assert.Equal(SwapOutcome.Completed, (await first.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        }

        await using (var second = await StartAsync(folder))
        {
            Assert.Equal("2.0.0", second.Engine.GetStatus("markdown").ServingVersion);
            Assert.Contains("1.6", second.Markdown.Engine);
            var back = await second.Engine.RollbackAsync("markdown");
            Assert.Equal((SwapOutcome.Completed, "1.0.0"), (back.Outcome, back.To));
            Assert.Contains("0.31", second.Markdown.Engine);
            Assert.Equal(["Completed", "Completed"], second.Engine.GetHistory("markdown").Select(one => one.Outcome));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task AReleaseOnTrialIsLoadedAgainAsResidentOnceItIsConfirmed()
    {
        await using var host = await StartAsync();
        var load = new Load(() => Render(host));

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Loading = LoadingMode.Probation });

        await load.EndAsync();
        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.Contains(result.Steps, step => step.Step == SwapStep.Promote);
        var serving = Assert.Single(host.Engine.GetStatus("markdown").Generations, one => one.State == GenerationState.Serving);
        Assert.False(serving.IsCollectible);
        Assert.Equal(3, serving.Number);
    }

    [Fact]
    public async Task AStagedReleaseGetsNoCallsAndIsTheOneThatIsSwappedIn()
    {
        await using var host = await StartAsync();

        var staged = await host.Engine.StageAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Equal(SwapOutcome.Staged, staged.Outcome);
        Assert.Equal(("1.0.0", "2.0.0"), (host.Engine.GetStatus("markdown").ServingVersion, host.Engine.GetStatus("markdown").StagedVersion));
        Assert.Contains("0.31", host.Markdown.Engine);
        var swapped = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);
        Assert.Equal(SwapOutcome.Completed, swapped.Outcome);
        Assert.DoesNotContain(swapped.Steps, step => step.Step == SwapStep.Load);
        Assert.Contains("1.6", host.Markdown.Engine);
        Assert.Equal(2, host.Engine.GetStatus("markdown").Generations.Count);
    }

    [Fact]
    public async Task AStagedReleaseStaysStagedWhenItsSwapIsRefusedForItsOptions()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", LiveHost.FromOne));
        Assert.Equal(SwapOutcome.Staged, (await host.Engine.StageAsync("rate-limiter", "2.0.0", LiveHost.Quick)).Outcome);

        var refused = await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { Trial = new() { Share = 0.5 } });

        Assert.Equal((SwapOutcome.Failed, SwapReason.OptionsRefused), (refused.Outcome, refused.Reason));
        Assert.Equal("2.0.0", host.Engine.GetStatus("rate-limiter").StagedVersion);
        var swapped = await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick);
        Assert.Equal((SwapOutcome.Completed, ""), (swapped.Outcome, swapped.Detail));
        Assert.DoesNotContain(swapped.Steps, step => step.Step == SwapStep.Load);
    }

    [Fact]
    public async Task AGoodReleasePassesItsTrialAndTheVerdictShowsItsCalls()
    {
        await using var host = await StartAsync();
        await using var load = new Load(() => Render(host));

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromMilliseconds(300), MinimumCalls = 1 } });

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.Equal(VerdictKind.Pass, result.Verdict!.Kind);
        Assert.True(result.Verdict.Evidence.Candidate.Calls > 0);
        await load.EndAsync();
    }

    [Fact]
    public async Task AnOperatorEndsATrialEitherWay()
    {
        await using var host = await StartAsync();
        var forLong = LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromHours(1) } };
        var (once, again) = (new Steps(), new Steps());
        var first = host.Engine.SwapAsync("markdown", "2.0.0", forLong with { Progress = once });
        await once.BeginAsync(SwapStep.Observe);

        var back = await host.Engine.RollbackAsync("markdown");

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TakenBack), (back.Outcome, back.Reason));
        Assert.Same(back, await first);
        Assert.Contains("0.31", host.Markdown.Engine);
        var second = host.Engine.SwapAsync("markdown", "2.0.0", forLong with { Progress = again });
        await again.BeginAsync(SwapStep.Observe);
        Assert.Equal(SwapReason.Busy, (await host.Engine.SwapAsync("markdown", "1.0.0", LiveHost.Quick)).Reason);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.ConfirmAsync("markdown")).Outcome);
        Assert.Equal(SwapOutcome.Completed, (await second).Outcome);
        Assert.Contains("1.6", host.Markdown.Engine);
    }

    [Fact]
    public async Task CancellingTakesACandidateBack()
    {
        await using var host = await StartAsync();
        using var cancel = new CancellationTokenSource();
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromHours(1) }, Progress = steps }, cancel.Token);
        await steps.BeginAsync(SwapStep.Observe);

        await cancel.CancelAsync();

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TakenBack), ((await swap).Outcome, (await swap).Reason));
        Assert.Contains("0.31", host.Markdown.Engine);
    }

    [Fact]
    public async Task AStreamOutlivesTwoSwapsAndHoldsBackOnlyItsOwnGeneration()
    {
        await using var host = await StartAsync();
        var quick = LiveHost.Quick with { Deadlines = new() { Drain = TimeSpan.FromMilliseconds(50) } };
        await using var stream = host.Markdown.RenderBlocksAsync("one\n\ntwo\n\nthree\n", CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());

        var first = await host.Engine.SwapAsync("markdown", "2.0.0", quick);
        var second = await host.Engine.SwapAsync("markdown", "1.0.0", quick);

        Assert.StartsWith("RenderBlocksAsync(", Assert.Single((await first.Retirement.WaitAsync(LiveHost.Deadline))!.InFlight).Method);
        Assert.True((await second.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
        Assert.True(await stream.MoveNextAsync());
        Assert.True(await stream.MoveNextAsync());
        Assert.Contains("three", stream.Current);
        Assert.False(await stream.MoveNextAsync());
        await host.Log.WhenAsync(LogWatch.GoneLate);
        Assert.Equal(GenerationState.Gone, host.Engine.GetStatus("markdown").Generations[0].State);
    }

    [Fact]
    public async Task AListenerThatThrowsDoesTheSwapNoHarm()
    {
        await using var host = await StartAsync();
        var load = new Load(() => Render(host));

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Loading = LoadingMode.Probation, Progress = new Throwing() });

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        await load.EndAsync();
        Assert.Equal("2.0.0", host.Engine.GetStatus("markdown").ServingVersion);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.RollbackAsync("markdown")).Outcome);
    }

    [Fact]
    public async Task OptionsThatCannotWorkAreRefusedAllAtOnce()
    {
        await using var host = await StartAsync();

        var options = LiveHost.Quick with
        {
            Trial = new() { Duration = TimeSpan.FromSeconds(-1), Share = 2, HealthInterval = TimeSpan.Zero },
            Deadlines = new() { Unload = TimeSpan.Zero },
            State = new() { MaximumHold = TimeSpan.Zero },
        };

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", options);

        Assert.Equal((SwapOutcome.Refused, SwapReason.OptionsRefused), (result.Outcome, result.Reason));
        Assert.All(
            ["Trial.Duration", "Trial.Share", "Trial.HealthInterval", "Deadlines.Unload", "MaximumHold"],
            name => Assert.Contains(name, result.Detail));
        var record = Assert.Single(host.Engine.GetHistory("markdown"));
        Assert.Equal((result.Id, "Refused", "OptionsRefused", result.Detail), (record.Id, record.Outcome, record.Reason, record.Detail));
    }

    private sealed class Throwing : IProgress<SwapProgress>
    {
        public void Report(SwapProgress value) => throw new InvalidOperationException("a listener's fault");
    }

    [Fact]
    public async Task WhatCannotBeDoneIsRefusedWithWhatToDo()
    {
        await using var host = await StartAsync();

        var unknown = await host.Engine.SwapAsync("nothing", "1.0.0");
        var absent = await host.Engine.SwapAsync("markdown", "3.0.0");
        var noVersion = await host.Engine.SwapAsync("markdown", "newest");
        var noWay = await host.Engine.RollbackAsync("markdown");
        var noTrial = await host.Engine.ConfirmAsync("markdown");

        Assert.Equal((SwapOutcome.Refused, SwapReason.UnknownComponent), (unknown.Outcome, unknown.Reason));
        Assert.Contains("It has: markdown", unknown.Detail);
        Assert.Equal((SwapOutcome.Refused, SwapReason.ReleaseNotFound), (absent.Outcome, absent.Reason));
        Assert.Contains("There are: 1.0.0, 2.0.0", absent.Detail);
        Assert.Equal(SwapReason.ReleaseNotFound, noVersion.Reason);
        Assert.Equal(SwapReason.NothingToDo, noWay.Reason);
        Assert.Equal(SwapReason.NothingToDo, noTrial.Reason);
    }
}
