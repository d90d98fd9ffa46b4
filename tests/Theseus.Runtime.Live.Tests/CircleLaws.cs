using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Calls that come back to where they began.</summary>
public sealed class CircleLaws
{
    private static Task<LiveHost> StartAsync() => LiveHost.StartAsync(theseus => theseus.AddComponent<IRelay>("relay", LiveHost.FromOne));

    [Fact]
    public async Task ACallMayUpgradeTheComponentItRunsIn()
    {
        await using var host = await StartAsync();
        var relay = host.Relay("relay");
        SwapResult? result = null;

        var answer = await relay.CallAsync(async () =>
        {
            result = await host.Engine.SwapAsync("relay", "2.0.0", LiveHost.Quick);
            return relay.Version;
        }).WaitAsync(LiveHost.Deadline);

        // The call finished on the version that admitted it; the one it made inside went to the new one.
        Assert.Equal("1.0.0>2.0.0", answer);
        Assert.Equal(SwapOutcome.Completed, result!.Outcome);
        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
    }

    [Fact]
    public async Task ACircleOfCallsGoesOnAcrossASwap()
    {
        await using var host = await StartAsync();
        var a = host.Relay("relay");
        using var inside = new ManualResetEventSlim();
        using var swapped = new ManualResetEventSlim();
        var circle = Task.Factory.StartNew(
            () => a.Call(() =>
            {
                inside.Set();
                Assert.True(swapped.Wait(LiveHost.Deadline));
                return a.Call(() => a.Version);
            }),
            TaskCreationOptions.LongRunning);
        Assert.True(inside.Wait(LiveHost.Deadline));

        var result = await host.Engine.SwapAsync("relay", "2.0.0", LiveHost.Quick);
        swapped.Set();

        Assert.Equal("1.0.0>2.0.0>2.0.0", await circle.WaitAsync(LiveHost.Deadline));
        Assert.True((await result.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
    }

    private static Task<LiveHost> StartRingAsync(string ring, string version) => LiveHost.StartAsync(theseus =>
    {
        theseus.AddComponent<IRing>(ring, options =>
        {
            LiveHost.FromOne(options);
            options.InitialVersion = $"[{version}]";
        });
        theseus.AddComponent<IRelay>("relay", LiveHost.FromOne);
    });

    [Fact]
    public async Task ACircleOverAnotherComponentGoesOnAcrossASwapWithSharedState()
    {
        await using var host = await StartRingAsync("ring", "1.0.0");
        var (a, b) = (host.Ring("ring"), host.Relay("relay"));
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var swapped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var circle = a.CallAsync(() => b.CallAsync(async () =>
        {
            inside.SetResult();
            await swapped.Task;
            return await a.CallAsync(() => Task.FromResult("end"));
        }));
        await inside.Task.WaitAsync(LiveHost.Deadline);

        var result = await host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick);
        swapped.SetResult();

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.Equal("1.0.0>1.0.0>2.0.0>end", await circle.WaitAsync(LiveHost.Deadline));
        Assert.Equal(2, a.Calls());
        Assert.True((await result.Retirement.WaitAsync(LiveHost.Deadline))!.IsGone);
    }

    [Theory]
    [InlineData("ring", "1.0.0", "2.0.0")] // shared
    [InlineData("ring-moved", "1.0.0", "1.1.0")] // transferred
    [InlineData("ring-moved", "1.1.0", "2.0.0")] // caught up
    public async Task CirclesUnderLoadAreAllAnsweredAndCountedAcrossASwapAndItsWayBack(string ring, string from, string to)
    {
        await using var host = await StartRingAsync(ring, from);
        var (a, b) = (host.Ring(ring), host.Relay("relay"));
        string[] versions = [from, to];
        void Check(string path)
        {
            if (path.Split('>') is not [var outer, "1.0.0", var inner, "end"] || !versions.Contains(outer) || !versions.Contains(inner))
            {
                throw new InvalidOperationException($"A wrong answer: {path}");
            }
        }

        var blocking = new Load(() => Check(a.Call(() => b.Call(() => a.Call(() => "end")))));
        var asynchronous = new Load(() => Check(
            a.CallAsync(() => b.CallAsync(() => a.CallAsync(() => Task.FromResult("end")))).WaitAsync(LiveHost.Deadline).GetAwaiter().GetResult()));
        await blocking.MoreAsync(50);
        await asynchronous.MoreAsync(50);

        var there = await host.Engine.SwapAsync(ring, to, LiveHost.Quick).WaitAsync(LiveHost.Deadline);
        await blocking.MoreAsync(50);
        var back = await host.Engine.RollbackAsync(ring).WaitAsync(LiveHost.Deadline);
        await asynchronous.MoreAsync(50);

        await blocking.EndAsync();
        await asynchronous.EndAsync();
        Assert.Equal((SwapOutcome.Completed, ""), (there.Outcome, there.Detail));
        Assert.Equal((SwapOutcome.Completed, from), (back.Outcome, back.To));
        Assert.Equal(2 * (blocking.Answers + asynchronous.Answers), a.Calls());
    }

    [Theory]
    [InlineData("1.0.0", "1.1.0", true)] // transferred
    [InlineData("1.0.0", "1.1.0", false)]
    [InlineData("1.1.0", "2.0.0", true)] // caught up
    [InlineData("1.1.0", "2.0.0", false)]
    public async Task ACircleThatWaitsForASwapThatWaitsForItEndsWithNeitherHarmed(string from, string to, bool isSynchronous)
    {
        await using var host = await StartRingAsync("ring-moved", from);
        var (a, b) = (host.Ring("ring-moved"), host.Relay("relay"));
        var swap = new TaskCompletionSource<SwapResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task<string> SwapInsideAsync()
        {
            // The state cannot move while the call that asks for it is inside, so its deadline ends it.
            swap.SetResult(await host.Engine.SwapAsync("ring-moved", to, LiveHost.Quick with
            {
                State = new() { DrainDeadline = TimeSpan.FromMilliseconds(20), DrainAttempts = 2, DrainPause = TimeSpan.FromMilliseconds(1) },
            }));
            return await a.CallAsync(() => Task.FromResult("end"));
        }

        var path = isSynchronous
            ? await Task.Factory.StartNew(() => a.Call(() => b.Call(() => SwapInsideAsync().GetAwaiter().GetResult())), TaskCreationOptions.LongRunning).WaitAsync(LiveHost.Deadline)
            : await a.CallAsync(() => b.CallAsync(SwapInsideAsync)).WaitAsync(LiveHost.Deadline);

        Assert.Equal($"{from}>1.0.0>{from}>end", path);
        var result = await swap.Task;
        Assert.Equal((SwapOutcome.Failed, SwapReason.StateHandoverFailed), (result.Outcome, result.Reason));
        Assert.Equal(2, a.Calls());
        // Once the circle has ended nothing is in the way.
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("ring-moved", to, LiveHost.Quick)).Outcome);
        Assert.Equal(2, a.Calls());
    }

    [Fact]
    public async Task WhatIsInFlightIsNamedWithItsMethodUntilItEnds()
    {
        await using var host = await StartAsync();
        var end = new TaskCompletionSource<string>();
        var call = host.Relay("relay").CallAsync(() => end.Task);

        var result = await host.Engine.SwapAsync("relay", "2.0.0", LiveHost.Quick with { Deadlines = new() { Drain = TimeSpan.FromMilliseconds(50) } });

        var retired = await result.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.False(retired!.IsGone);
        Assert.StartsWith("CallAsync(", Assert.Single(retired.InFlight).Method);
        end.SetResult("end");
        Assert.Equal("1.0.0>end", await call.WaitAsync(LiveHost.Deadline));
        await host.Log.WhenAsync(LogWatch.GoneLate);
        Assert.Equal(GenerationState.Gone, host.Engine.GetStatus("relay").Generations[0].State);

        // And the record on disk names the true end.
        var record = Assert.Single(host.Engine.GetHistory("relay"));
        Assert.Equal((result.Id, "Completed", 1), (record.Id, record.Outcome, record.Retired!.Generation));
        Assert.True(record.Retired.Drain >= TimeSpan.FromMilliseconds(50));
        Assert.NotNull(record.Retired.Stop);
        Assert.NotNull(record.Retired.Unload);
        Assert.Empty(record.Retired.Pins);
    }

    [Fact]
    public async Task ADeclaredPathIsKeptOnTheWayUpAndTheWayBackIsFree()
    {
        await using var host = await StartAsync();

        var direct = await host.Engine.SwapAsync("relay", "3.0.0", LiveHost.Quick);
        Assert.Equal((SwapOutcome.Failed, SwapReason.PathNotDeclared), (direct.Outcome, direct.Reason));
        Assert.Equal("1.0.0", host.Relay("relay").Version);

        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("relay", "2.0.0", LiveHost.Quick)).Outcome);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("relay", "3.0.0", LiveHost.Quick)).Outcome);
        Assert.Equal("3.0.0", host.Relay("relay").Version);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.RollbackAsync("relay")).Outcome);
        Assert.Equal("2.0.0", host.Relay("relay").Version);
    }
}
