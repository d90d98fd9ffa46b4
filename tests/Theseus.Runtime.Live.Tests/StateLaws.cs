using Theseus.Runtime.Operating;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

public sealed class StateLaws
{
    private static readonly SwapOptions s_onTrial = LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromHours(1) } };

    private static Task<LiveHost> StartAsync(string version = "[1.0.0]") =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", options =>
        {
            LiveHost.FromOne(options);
            options.InitialVersion = version;
        }));

    [Theory]
    [InlineData("1.0.0", "2.0.0")]
    [InlineData("1.0.0", "1.1.0")]
    [InlineData("1.1.0", "2.0.0")]
    public async Task NoGrantIsLostOrDoubledByASwapAndItsWayBack(string from, string to)
    {
        await using var host = await StartAsync($"[{from}]");
        var takers = new Takers(host);
        await takers.MoreAsync(200);

        var there = await host.Engine.SwapAsync("rate-limiter", to, LiveHost.Quick);
        await takers.MoreAsync(200);
        var back = await host.Engine.RollbackAsync("rate-limiter");
        await takers.MoreAsync(200);

        Assert.Equal((SwapOutcome.Completed, ""), (there.Outcome, there.Detail));
        Assert.Equal((SwapOutcome.Completed, from), (back.Outcome, back.To));
        Assert.True(there.StateBytes > 0);
        Assert.True(there.CriticalSection > TimeSpan.Zero);
        await takers.EndAsync();
    }

    [Fact]
    public async Task WhatWasGrantedDuringATrialIsKeptWhenTheCandidateIsTakenBack()
    {
        await using var host = await StartAsync();
        var takers = new Takers(host);
        await takers.MoreAsync(200);
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "2.0.0", s_onTrial with { Progress = steps });
        await steps.BeginAsync(SwapStep.Observe);
        await takers.MoreAsync(200);

        var back = await host.Engine.RollbackAsync("rate-limiter");

        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TakenBack), (back.Outcome, back.Reason));
        Assert.Same(back, await swap);
        await takers.MoreAsync(200);
        await takers.EndAsync();
        Assert.Equal("1.0.0", host.Engine.GetStatus("rate-limiter").ServingVersion);
    }

    [Theory]
    [InlineData("9.1.0", SwapReason.StateHandoverFailed)] // its import throws
    [InlineData("9.3.0", SwapReason.StateRefused)] // its migration, undone, does not give back the same bytes
    public async Task AReleaseThatCannotTakeTheStateIsRefusedAndTheOldOneServesOnWithIt(string version, SwapReason reason)
    {
        await using var host = await StartAsync();
        var takers = new Takers(host);
        await takers.MoreAsync(200);

        var result = await host.Engine.SwapAsync("rate-limiter", version, LiveHost.Quick);

        Assert.Equal((SwapOutcome.Failed, reason), (result.Outcome, result.Reason));
        await takers.MoreAsync(200);
        await takers.EndAsync();
    }

    [Fact]
    public async Task AReleaseWhoseExportHangsServesOn()
    {
        await using var host = await StartAsync("[9.2.0]");
        var load = new Load(() => host.Limiter.TryAcquire("client", 1));
        await load.MoreAsync(20);

        var result = await host.Engine.SwapAsync(
            "rate-limiter", "1.0.0", LiveHost.Quick with { State = new() { MaximumHold = TimeSpan.FromMilliseconds(200), PreparationTimeout = TimeSpan.FromSeconds(2) } }).WaitAsync(LiveHost.Deadline);

        Assert.Equal(SwapOutcome.Failed, result.Outcome);
        await load.MoreAsync(20);
        await load.EndAsync();
        Assert.Equal("9.2.0", host.Engine.GetStatus("rate-limiter").ServingVersion);
    }

    [Fact]
    public async Task WhatAWayBackCouldNotBringAlongIsTheResultsAndTheRecordsToTell()
    {
        await using var host = await StartAsync();
        var steps = new Steps();
        // Its export hangs, so what it granted cannot be had back.
        var swap = host.Engine.SwapAsync("rate-limiter", "9.2.0", s_onTrial with { Progress = steps, State = new() { MaximumHold = TimeSpan.FromMilliseconds(200) } });
        await steps.BeginAsync(SwapStep.Observe);

        var back = await host.Engine.RollbackAsync("rate-limiter").WaitAsync(LiveHost.Deadline);

        Assert.Same(back, await swap);
        Assert.Equal((SwapOutcome.RolledBack, SwapReason.TakenBack), (back.Outcome, back.Reason));
        Assert.StartsWith("What calls changed in rate-limiter 9.2.0 since the swap is lost", back.LostState);
        Assert.Equal(back.LostState, Assert.Single(host.Engine.GetHistory("rate-limiter")).LostState);
    }

    [Fact]
    public async Task AStateThatIsDroppedAsAllowedIsToldWhenItIsGone()
    {
        await using var host = await StartAsync();
        var options = LiveHost.Quick with { State = new() { AllowDroppingState = true } };
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "9.4.0", options with { Trial = s_onTrial.Trial, Progress = steps });
        await steps.BeginAsync(SwapStep.Observe);
        var back = await host.Engine.RollbackAsync("rate-limiter");

        var there = await host.Engine.SwapAsync("rate-limiter", "9.4.0", options);

        Assert.Same(back, await swap);
        // As long as there is a way back, nothing is lost; that it would be is told all the same.
        Assert.Equal((SwapOutcome.RolledBack, null), (back.Outcome, back.LostState));
        Assert.Contains("would be lost", Assert.Single(back.Notes));
        Assert.Equal(SwapOutcome.Completed, there.Outcome);
        Assert.Contains("was dropped", there.LostState);
        Assert.Equal([there.LostState, null], host.Engine.GetHistory("rate-limiter").Select(one => one.LostState));
    }

    [Fact]
    public async Task WhatAnOperatorShouldKnowOfTheStatesWayIsInTheResultTheAnswerAndTheRecord()
    {
        await using var host = await StartAsync();
        var client = new OperatorClient(Path.Combine(host.Folder, ".theseus"), TimeProvider.System);

        var answer = await client.SwapAsync("rate-limiter", "1.1.0", TimeSpan.Zero, default).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Completed, null), (answer.Outcome, answer.LostState));
        Assert.Contains("the whole state is transferred while callers are held back", Assert.Single(answer.Notes));
        Assert.Equal(answer.Notes, Assert.Single(host.Engine.GetHistory("rate-limiter")).Notes);
    }

    [Fact]
    public async Task ASharedStateObjectIsPassedOnAsItIsAndCallsCanBeSplit()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<ISessionCounter>("sessions", LiveHost.FromOne));
        long visits = 0;
        var load = new Load(() =>
        {
            host.Sessions.Visit($"session-{Interlocked.Increment(ref visits) % 10}");
        });
        await load.MoreAsync(100);

        var result = await host.Engine.SwapAsync(
            "sessions", "2.0.0", LiveHost.Quick with { Trial = new() { Duration = TimeSpan.FromMilliseconds(200), Share = 0.5 } });

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.True(result.Verdict!.Evidence.Stable.Calls > 0);
        Assert.True(result.Verdict.Evidence.Candidate.Calls > 0);
        await load.MoreAsync(100);
        await load.EndAsync();
        Assert.Equal(Interlocked.Read(ref visits), host.Sessions.TotalVisits());
    }

    [Fact]
    public async Task CallsAreNotSplitWhereTheStateMoves()
    {
        await using var host = await StartAsync();

        var result = await host.Engine.SwapAsync("rate-limiter", "2.0.0", s_onTrial with { Trial = s_onTrial.Trial with { Share = 0.5 } });

        Assert.Equal((SwapOutcome.Failed, SwapReason.OptionsRefused), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task AScriptAnswersTheSameOnAnotherEngine()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IScriptEvaluator>("script", LiveHost.FromOne));
        var variables = new Dictionary<string, double> { ["price"] = 20, ["tax"] = 0.25 };
        Assert.Equal(25, host.Script.Evaluate("price * (1 + tax)", variables));
        var before = host.Script.Engine;

        var result = await host.Engine.SwapAsync("script", "2.0.0", LiveHost.Quick);

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.NotEqual(before, host.Script.Engine);
        Assert.Equal(25, host.Script.Evaluate("price * (1 + tax)", variables));
    }
}
