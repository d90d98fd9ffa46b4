using Microsoft.Extensions.DependencyInjection;
using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Calls that do not end are not cut off; nobody waits for them longer than is said, and what is told of them is so.</summary>
public sealed class CallsThatStayLaws
{
    private const int Lingers = 1201;
    private const int NotRetired = 1203;

    private static Task<LiveHost> StartAsync(TimeProvider? clock = null) => LiveHost.StartAsync(theseus =>
    {
        theseus.AddComponent<IRing>("ring", LiveHost.FromOne);
        theseus.Services.Configure<TheseusOptions>(options => options.ShutdownDeadline = TimeSpan.FromMilliseconds(200));
        if (clock is not null)
        {
            theseus.Services.AddSingleton(clock);
        }
    });

    [Fact]
    public async Task ACallThatDoesNotEndKeepsNoHostFromStoppingAndFinishesWhereItWas()
    {
        await using var host = await StartAsync();
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = host.Ring("ring").CallAsync(() => end.Task);

        await host.StopAsync().WaitAsync(LiveHost.Deadline);

        Assert.Contains("1 call of CallAsync(", await host.Log.WhenAsync(Lingers), StringComparison.Ordinal);
        end.SetResult("end");
        Assert.Equal("1.0.0>end", await call.WaitAsync(LiveHost.Deadline));
    }

    [Fact]
    public async Task AHostThatStopsDoesNotWaitForTheLongerDeadlineOfASwapBeforeAndSaysSo()
    {
        await using var host = await StartAsync();
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = host.Ring("ring").CallAsync(() => end.Task);
        var swap = await host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick with { Deadlines = new() { Drain = TimeSpan.FromHours(1) } });
        Assert.Equal(SwapOutcome.Completed, swap.Outcome);

        await host.StopAsync().WaitAsync(LiveHost.Deadline);

        Assert.Contains("'ring'", await host.Log.WhenAsync(NotRetired), StringComparison.Ordinal);
        Assert.False(swap.Retirement.IsCompleted);
        end.SetResult("end");
        Assert.Equal("1.0.0>end", await call.WaitAsync(LiveHost.Deadline));
    }

    [Fact]
    public async Task WhyAGenerationStaysIsToldOfNowAndNotOfWhenItsDeadlinePassed()
    {
        var clock = new ShiftedClock();
        await using var host = await StartAsync(clock);
        var (first, second) = (new TaskCompletionSource<string>(), new TaskCompletionSource<string>());
        var (firstCall, secondCall) = (host.Ring("ring").CallAsync(() => first.Task), host.Ring("ring").CallAsync(() => second.Task));
        var swap = await host.Engine.SwapAsync("ring", "2.0.0", LiveHost.Quick with { Deadlines = new() { Drain = TimeSpan.FromMilliseconds(100) } });
        var retired = await swap.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.Equal(2, Assert.Single(retired!.InFlight).Calls);

        first.SetResult("end");
        await firstCall.WaitAsync(LiveHost.Deadline);
        clock.Shift(TimeSpan.FromDays(1000));
        var left = Assert.Single(await ExplainAsync());
        Assert.StartsWith("1 call of CallAsync(", left.Description);
        Assert.Contains("in flight for at least 864000", left.Description, StringComparison.Ordinal);

        second.SetResult("end");
        await secondCall.WaitAsync(LiveHost.Deadline);
        Assert.Empty(await ExplainAsync());

        async Task<IEnumerable<PinFinding>> ExplainAsync() =>
            (await host.Engine.ExplainAsync("ring", retired.Generation, walkHeap: false)).Where(pin => pin.Kind == PinKind.InFlightCall);
    }

    [Fact]
    public async Task WhatIsAskedOfAComponentThatTheHostDoesNotHaveIsAMistake()
    {
        await using var host = await StartAsync();
        Assert.Empty(host.Engine.GetHistory("ring"));
        Assert.Contains("ring", Assert.Throws<KeyNotFoundException>(() => host.Engine.GetHistory("rung")).Message, StringComparison.Ordinal);
        Assert.Equal(
            Assert.Throws<KeyNotFoundException>(() => host.Engine.GetStatus("rung")).Message,
            Assert.Throws<KeyNotFoundException>(() => host.Engine.GetHistory("rung")).Message);
    }

    /// <summary>The system's clock, some time later.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private long _shift;

        public void Shift(TimeSpan by) => Interlocked.Add(ref _shift, (long)(by.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _shift);
    }
}
