using Microsoft.Extensions.DependencyInjection;
using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Each way in which a swap can end otherwise than well, reached on a live host: the old version serves all calls meanwhile.</summary>
public sealed class OutcomeLaws
{
    private static readonly SwapOptions s_hasty = LiveHost.Quick with
    {
        Deadlines = new()
        {
            Load = TimeSpan.FromMilliseconds(500),
            Start = TimeSpan.FromMilliseconds(300),
            HealthCheck = TimeSpan.FromMilliseconds(300),
            WarmUpCall = TimeSpan.FromMilliseconds(300),
        },
    };

    private static readonly SwapOptions s_onTrial = LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromHours(1) } };

    private static Task<LiveHost> StartAsync(FaultyClock? clock = null, params (string Point, string What)[] steering) => LiveHost.StartAsync(
        theseus =>
        {
            theseus.AddComponent<IRing>("ring", LiveHost.FromOne);
            if (clock is not null)
            {
                theseus.Services.AddSingleton<TimeProvider>(clock);
            }
        },
        settings: [.. steering.Select(one => ($"Theseus:Components:ring:Settings:2.0.0:{one.Point}", one.What))]);

    private static Load AskOn(LiveHost host) => new(() => Assert.Equal("an answer to all", host.Ring("ring").Answer("all")));

    [Theory]
    [InlineData("Construct", "block", SwapReason.LoadTimedOut)]
    [InlineData("Start", "throw", SwapReason.StartFailed)]
    [InlineData("Start", "honour", SwapReason.StartTimedOut)]
    [InlineData("Health", "throw", SwapReason.Unhealthy)]
    [InlineData("Health", "under the weather", SwapReason.Unhealthy)]
    [InlineData("Health", "honour", SwapReason.HealthCheckTimedOut)]
    [InlineData("Health", "block", SwapReason.HealthCheckTimedOut)]
    [InlineData("WarmUp", "throw", SwapReason.WarmUpFailed)]
    [InlineData("WarmUp", "honour", SwapReason.WarmUpTimedOut)]
    [InlineData("WarmUp", "block", SwapReason.WarmUpTimedOut)]
    public async Task WhatFailsBeforeThePointOfNoReturnChangesNothing(string point, string what, SwapReason reason)
    {
        await using var host = await StartAsync(null, (point, what));
        var load = AskOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.DoesNotContain(result.Steps, step => step.Step == SwapStep.Publish);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Ring("ring").Version);
        var record = Assert.Single(host.Engine.GetHistory("ring"));
        Assert.Equal(("Failed", reason.ToString(), "1.0.0"), (record.Outcome, record.Reason, record.Serves?.Version));
        if (what != "block")
        {
            // What honours its token, and whatever threw, has ended and is gone.
            var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
            Assert.True(retired!.IsGone, retired.Summary);
        }
    }

    [Fact]
    public async Task AStopThatHonoursItsTokenIsEndedAtItsDeadlineAndTheCodeIsGone()
    {
        await using var host = await StartAsync(null, ("Stop", "honour"));
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick)).Outcome);
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync("ring", "1.0.0", LiveHost.Quick with { Deadlines = new() { Stop = TimeSpan.FromMilliseconds(200) } });

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.Contains("StopAsync had not ended after 0.2 s", retired!.StopProblems);
        Assert.True(retired.IsGone, retired.Summary);
        await load.EndAsync();
    }

    [Fact]
    public async Task WhatBothVersionsAreNotFitForIsNoFaultOfTheCandidateUntilTheStableOneIsFitAgain()
    {
        await using var host = await StartAsync();
        var swap = host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromHours(1), HealthInterval = TimeSpan.FromMilliseconds(20) } });
        TrialStatus? OnTrial() => host.Engine.GetStatus("ring").Trial;
        Assert.True(SpinWait.SpinUntil(() => OnTrial() is not null, LiveHost.Deadline));

        // The stable one first: until the candidate is ill as well there is nothing to be seen.
        host.Configuration["Theseus:Components:ring:Settings:1.0.0:Health"] = "the database is away";
        host.Configuration["Theseus:Components:ring:Settings:2.0.0:Health"] = "the database is away";
        Assert.True(SpinWait.SpinUntil(() => OnTrial()?.Observation.Examples.Count > 0, LiveHost.Deadline));

        var seen = OnTrial()!.Observation;
        Assert.Equal(0, seen.Faults);
        Assert.Contains("the database is away (so says the stable version)", Assert.Single(seen.Examples));
        Assert.False(swap.IsCompleted);

        host.Configuration["Theseus:Components:ring:Settings:1.0.0:Health"] = null;
        var result = await swap.WaitAsync(LiveHost.Deadline);
        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TrialFailed, "faults"), (result.Outcome, result.Reason, result.Verdict?.Rule));
        Assert.True(result.Verdict!.Evidence.Faults > 0);
    }

    [Fact]
    public async Task ATrialThatSawTooLittleIsTakenBack()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync(
            "ring", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromMilliseconds(300), MinimumCalls = long.MaxValue } });

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TrialInconclusive), (result.Outcome, result.Reason));
        Assert.Equal(VerdictKind.Inconclusive, result.Verdict!.Kind);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Ring("ring").Version);
    }

    [Fact]
    public async Task ATrialThatSawTooLittleIsConfirmedWhereItsOptionsSaySo()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick with
        {
            Trial = new() { Duration = TimeSpan.FromMilliseconds(300), MinimumCalls = long.MaxValue, WhenInconclusive = InconclusiveAction.Confirm },
        });

        Assert.Equal((SwapOutcome.Completed, VerdictKind.Inconclusive), (result.Outcome, result.Verdict!.Kind));
        await load.EndAsync();
        Assert.Equal("2.0.0", host.Ring("ring").Version);
    }

    [Fact]
    public async Task AGoodTrialThatOnlyAnOrderMayConfirmIsTakenBackWhenNoneCame()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync(
            "ring", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromMilliseconds(300), MinimumCalls = 1, NeedsOrder = true } });

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.NotConfirmed), (result.Outcome, result.Reason));
        Assert.Contains("00:00:00.3", result.Detail);
        // Nothing was held against it but that nobody wanted it.
        Assert.Equal(VerdictKind.Pass, result.Verdict!.Kind);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Ring("ring").Version);
        var record = Assert.Single(host.Engine.GetHistory("ring"));
        Assert.Equal(("RolledBack", "NotConfirmed", "1.0.0"), (record.Outcome, record.Reason, record.Serves?.Version));
    }

    [Fact]
    public async Task ATrialThatOnlyAnOrderMayConfirmIsConfirmedByTheOrder()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);
        var onTrial = new Steps();
        var swap = host.Engine.SwapAsync("ring", "2.0.0", s_onTrial with { Trial = s_onTrial.Trial with { NeedsOrder = true }, Progress = onTrial });
        await onTrial.BeginAsync(SwapStep.Observe);

        var ordered = await host.Engine.ConfirmAsync("ring").WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Completed, SwapReason.None), (ordered.Outcome, ordered.Reason));
        Assert.Same(ordered, await swap.WaitAsync(LiveHost.Deadline));
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("2.0.0", host.Ring("ring").Version);
        Assert.Equal(("Completed", "2.0.0"), (Assert.Single(host.Engine.GetHistory("ring")).Outcome, host.Engine.GetHistory("ring")[0].Serves?.Version));
    }

    [Theory]
    [InlineData(SwapStep.Load, SwapOutcome.Failed)]
    [InlineData(SwapStep.Observe, SwapOutcome.RolledBack)]
    public async Task AnErrorInsideTheHostLeadsBackToo(SwapStep step, SwapOutcome outcome)
    {
        var clock = new FaultyClock();
        // One that blocks while it is constructed: whoever loads it has to wait, by a timer.
        await using var host = await StartAsync(clock, step == SwapStep.Load ? [("Construct", "block")] : []);
        var load = AskOn(host);
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_onTrial with
        {
            Progress = new Steps { At = (at, isEnd) => clock.FailNextTimer(at == step && !isEnd) },
        }).WaitAsync(LiveHost.Deadline);

        Assert.Equal((outcome, SwapReason.InternalError), (result.Outcome, result.Reason));
        Assert.Contains(FaultyClock.Problem, result.Detail);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("1.0.0", host.Ring("ring").Version);
        Assert.Equal("InternalError", Assert.Single(host.Engine.GetHistory("ring")).Reason);
    }

    [Fact]
    public async Task AHostThatStopsTakesItsTrialBackAndBeginsNoOther()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);
        var onTrial = new Steps();
        SwapResult? late = null;
        var first = host.Engine.SwapAsync("ring", "2.0.0", s_onTrial with
        {
            Progress = new Steps
            {
                At = (step, isEnd) =>
                {
                    onTrial.Report(new("ring", step, isEnd));
                    if (step == SwapStep.Revert && !isEnd)
                    {
                        // The host is stopping by now, and waits for this swap to end: calls are still answered.
                        late = host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick).WaitAsync(LiveHost.Deadline).GetAwaiter().GetResult();
                        load.MoreAsync(20).GetAwaiter().GetResult();
                        load.EndAsync().GetAwaiter().GetResult();
                    }
                },
            },
        });
        await onTrial.BeginAsync(SwapStep.Observe);

        await host.StopAsync().WaitAsync(LiveHost.Deadline);

        var taken = await first.WaitAsync(LiveHost.Deadline);
        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TakenBack), (taken.Outcome, taken.Reason));
        Assert.Equal((SwapOutcome.Refused, SwapReason.HostStopping), (late!.Outcome, late.Reason));
        Assert.Contains("the host has stopped", Assert.Throws<ComponentUnavailableException>(() => host.Ring("ring").Version).Message);
    }

    [Fact]
    public async Task AReleaseThatIsSwappedInAsResidentIsLoadedOnceAndServes()
    {
        await using var host = await StartAsync();
        var load = AskOn(host);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_onTrial with { Trial = new() { Duration = TimeSpan.FromMilliseconds(200) }, Loading = LoadingMode.Resident });

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.DoesNotContain(result.Steps, step => step.Step == SwapStep.Promote);
        Assert.True((await result.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
        await load.EndAsync();
        Assert.Equal(
            [("1.0.0", GenerationState.Gone, true), ("2.0.0", GenerationState.Serving, false)],
            host.Engine.GetStatus("ring").Generations.Select(one => (one.Version, one.State, one.IsCollectible)));

        // Of a resident generation the instance goes, and its record says that the code stays.
        var back = await host.Engine.SwapAsync("ring", "1.0.0", LiveHost.Quick);
        var retired = await back.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
        Assert.True(retired.Unload!.CodeStays);
    }

    /// <summary>The host's clock, whose next timer cannot be made.</summary>
    private sealed class FaultyClock : TimeProvider
    {
        public const string Problem = "no timer is to be had";

        private int _fails;

        public void FailNextTimer(bool fail) => Volatile.Write(ref _fails, fail ? 1 : 0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Interlocked.Exchange(ref _fails, 0) == 1
                ? throw new InvalidOperationException(Problem)
                : base.CreateTimer(callback, state, dueTime, period);
    }
}
