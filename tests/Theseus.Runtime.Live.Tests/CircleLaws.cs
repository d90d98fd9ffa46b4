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
