using System.Runtime.CompilerServices;
using Theseus.Runtime.Operating;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>What was decided, why, and what became of what had to go, is on record.</summary>
public sealed class RecordLaws
{
    private static Task<LiveHost> StartAsync(string? folder = null) =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne), folder);

    [Fact]
    public async Task AVerdictAndWhatItLookedAtAreInTheAnswerAndOnRecord()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        SwapAnswer answer;
        await using (var host = await StartAsync(folder))
        {
            var client = new OperatorClient(Path.Combine(folder, ".theseus"), TimeProvider.System);
            var load = new Load(() => host.Markdown.Render("*text*"));
            await load.MoreAsync(20);
            answer = await client.SwapAsync("markdown", "2.0.0", TimeSpan.FromMilliseconds(300), default).WaitAsync(LiveHost.Deadline);
            await load.EndAsync();
        }

        await using var restarted = await StartAsync(folder);
        var verdict = Assert.Single(restarted.Engine.GetHistory("markdown")).Verdict!;
        Assert.Equal((SwapOutcome.Completed, VerdictKind.Pass), (answer.Outcome, answer.Verdict));
        Assert.Equal(("Pass", "nothing-against-it"), (verdict.Kind, verdict.Rule));
        Assert.Equal(answer.VerdictDetail, $"{verdict.Rule}: {verdict.Detail}");
        Assert.True(verdict.Candidate!.Calls > 0);
        Assert.True(verdict.Before!.Calls > 0);
        Assert.Equal((answer.Evidence!.Candidate, answer.Evidence.Before, answer.Evidence.Elapsed), (verdict.Candidate, verdict.Before, verdict.Elapsed));
    }

    [Fact]
    public async Task ARefusalThatIsRepeatedAfterASwapIsOnRecordAgain()
    {
        await using var host = await StartAsync();
        var wrong = LiveHost.Quick with { Trial = new() { Share = 2 } };

        var first = await host.Engine.SwapAsync("markdown", "2.0.0", wrong);
        var repeated = await host.Engine.SwapAsync("markdown", "2.0.0", wrong);
        var swapped = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);
        var later = await host.Engine.SwapAsync("markdown", "2.0.0", wrong);

        Assert.Equal(first.Id, repeated.Id);
        Assert.Equal([later.Id, swapped.Id, first.Id], host.Engine.GetHistory("markdown").Select(one => one.Id));
    }

    [Fact]
    public async Task FindingTheReleaseIsTheFirstStepOfASwap()
    {
        await using var host = await StartAsync();
        var told = new List<(SwapStep, bool)>();

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Progress = new Steps { At = (step, isEnd) => told.Add((step, isEnd)) } });

        Assert.Equal([SwapStep.Validate, SwapStep.Load], result.Steps.Take(2).Select(one => one.Step));
        Assert.Equal([(SwapStep.Validate, false), (SwapStep.Validate, true), (SwapStep.Load, false)], told.Take(3));
        Assert.Equal("Validate", Assert.Single(host.Engine.GetHistory("markdown")).Steps[0].Step);
    }

    [Fact]
    public async Task ThePromotedReleasesTrialFormIsOnRecordWithWhatKeepsIt()
    {
        await using var host = await StartAsync();
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with
        {
            Loading = LoadingMode.Probation,
            Trial = new() { Duration = TimeSpan.FromHours(1) },
            Deadlines = new() { Drain = TimeSpan.FromMilliseconds(50) },
            Progress = steps,
        });
        await steps.BeginAsync(SwapStep.Observe);
        await using var stream = host.Markdown.RenderBlocksAsync("one\n\ntwo\n", CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        await host.Engine.ConfirmAsync("markdown");

        var result = await swap;
        Assert.False((await result.OtherFormRetirement.WaitAsync(LiveHost.Deadline))!.IsGone);
        Assert.True((await result.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
        // A host that stops waits until what it knows is on record.
        await host.StopAsync();

        var record = Assert.Single(host.Engine.GetHistory("markdown"));
        Assert.Equal((1, 2), (record.Retired!.Generation, record.OtherForm!.Generation));
        Assert.Empty(record.Retired.Pins);
        Assert.NotNull(record.Retired.GoneAt);
        Assert.Contains("RenderBlocksAsync(", Assert.Single(record.OtherForm.Pins));
        Assert.Null(record.OtherForm.GoneAt);
    }

    [Fact]
    public async Task WhatGoesLaterThanItsDeadlineIsNotedWithoutAnybodyAsking()
    {
        await using var host = await StartAsync();
        var kept = new List<object> { SomethingOfTheOldCode(host.Folder) };

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { Deadlines = new() { Unload = TimeSpan.FromMilliseconds(200) } });

        Assert.False((await result.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
        Assert.Single(kept);
        kept.Clear();
        await host.Log.WhenAsync(LogWatch.GoneLate);
        var retired = Assert.Single(host.Engine.GetHistory("markdown")).Retired!;
        Assert.Empty(retired.Pins);
        Assert.NotNull(retired.GoneAt);
    }

    /// <summary>An object that keeps the code in memory that serves in this host: others have code of the same name at the same time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object SomethingOfTheOldCode(string folder) =>
        AppDomain.CurrentDomain.GetAssemblies().Single(one => one.IsCollectible && one.GetName().Name == "Theseus.Samples.Markdown" && one.Location.StartsWith(folder, StringComparison.Ordinal));
}
