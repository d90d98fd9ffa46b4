using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Copies of calls on a candidate that answers nobody: whatever it does, callers get the stable version's answers.</summary>
public sealed class ShadowLaws
{
    private static readonly SwapOptions s_shadowed = LiveHost.Quick with
    {
        WarmUp = LiveHost.Quick.WarmUp with { RecentCalls = 0 },
        Trial = new() { Duration = TimeSpan.FromHours(1), Share = 0, ShadowFraction = 1 },
    };

    private static Task<LiveHost> StartAsync(string? answer = null) => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IRing>("ring", LiveHost.FromOne),
        settings: answer is null ? [] : [("Theseus:Components:ring:Settings:2.0.0:Answer", answer)]);

    private static Load AskOn(LiveHost host) => new(() => Assert.Equal("an answer to all", host.Ring("ring").Answer("all")));

    [Fact]
    public async Task ACandidateThatAnswersTheSamePassesThoughNoCallerWasAnsweredByIt()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync(
            "ring", "2.0.0", s_shadowed with { Trial = s_shadowed.Trial with { Duration = TimeSpan.FromMilliseconds(300), MinimumCalls = 1 } });

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        var seen = result.Verdict!.Evidence;
        Assert.Equal((0, 0, 0), (seen.Candidate.Calls, seen.ShadowMismatches, seen.ShadowFailures));
        Assert.True(seen.Shadowed > 0);
        Assert.True(seen.Stable.Calls > 0);
        await load.EndAsync();
    }

    [Fact]
    public async Task CallersGetTheStableAnswerAndDifferencesAreCounted()
    {
        await using var host = await StartAsync("another answer");
        var load = AskOn(host);
        var steps = new Steps();
        var swap = host.Engine.SwapAsync(
            "ring", "2.0.0", s_shadowed with { Progress = steps, Trial = s_shadowed.Trial with { ProvenFailuresAllowed = long.MaxValue } });
        await steps.BeginAsync(SwapStep.Observe);
        // Copies are made beside the calls: on a busy machine their answers come later than the callers'.
        using var deadline = new CancellationTokenSource(LiveHost.Deadline);
        while (host.Engine.GetStatus("ring").Trial is { Observation.ShadowMismatches: 0 })
        {
            deadline.Token.ThrowIfCancellationRequested();
            await load.MoreAsync(20);
        }

        await load.EndAsync();

        var result = await host.Engine.ConfirmAsync("ring").WaitAsync(LiveHost.Deadline);

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        Assert.Same(result, await swap);
        var seen = result.Verdict!.Evidence;
        Assert.True(seen.ShadowMismatches > 0);
        Assert.Equal(seen.Shadowed, seen.ShadowMismatches);
        Assert.Contains(seen.Examples, example => example.Contains("an answer to all / another answer", StringComparison.Ordinal));
        var method = Assert.Single(seen.ShadowedMethods, one => one.Different > 0);
        Assert.Equal(("Answer(string)", seen.ShadowMismatches, 0L), (method.Method, method.Different, method.Failed));
        Assert.InRange(method.Samples.Count, 1, 3);
        Assert.Contains("an answer to all / another answer", method.Samples);
        Assert.Equal(seen.Shadowed, seen.ShadowedMethods.Sum(one => one.Compared));
        Assert.Equal("another answer", host.Ring("ring").Answer("all"));
    }

    [Fact]
    public async Task ACandidateThatAnswersOtherwiseIsTakenBack()
    {
        await using var host = await StartAsync("another answer");
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_shadowed).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TrialFailed, "proven-failures"), (result.Outcome, result.Reason, result.Verdict?.Rule));
        Assert.Contains("copies answered differently, 0 failed; an answer to ", result.Detail, StringComparison.Ordinal);
        await load.MoreAsync(20);
        await load.EndAsync();
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
    }

    [Fact]
    public async Task AUsersComparisonDecidesWhatIsDifferent()
    {
        await using var host = await StartAsync("another answer");
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_shadowed with
        {
            Trial = s_shadowed.Trial with
            {
                Duration = TimeSpan.FromMilliseconds(300),
                MinimumCalls = 1,
                ShadowComparison = static (stable, candidate) => (stable, candidate) is ("an answer to all", "another answer"),
            },
        });

        Assert.Equal((SwapOutcome.Completed, 0L), (result.Outcome, result.Verdict?.Evidence.ShadowMismatches));
        await load.DisposeAsync();
    }

    [Fact]
    public async Task ACandidateThatHangsInShadowHarmsNobody()
    {
        await using var host = await StartAsync("block");
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync(
            "ring", "2.0.0", s_shadowed with { Deadlines = new() { WarmUpCall = TimeSpan.FromMilliseconds(200), Drain = TimeSpan.FromMilliseconds(100) } }).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TrialFailed, "proven-failures"), (result.Outcome, result.Reason, result.Verdict?.Rule));
        Assert.True(result.Verdict!.Evidence.ShadowFailures > 0);
        await load.MoreAsync(20);
        await load.EndAsync();
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.StartsWith("Answer(", Assert.Single(retired!.InFlight).Method);
    }
}
