using Theseus.Runtime.Metrics;
using Theseus.Runtime.Routing;
using Theseus.Runtime.Tests.Routing;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Metrics;

public sealed class MeasuredCallLaws
{
    private readonly ManualTimeProvider _clock = new();
    private readonly SlotFixture _slot;

    public MeasuredCallLaws()
    {
        _slot = new SlotFixture(_clock);
        _slot.Slot.Publish(new SoleRoute(_slot.StableLeases));
    }

    [Fact]
    public void WhileNobodyLooksCallsTakeTheFastRoute()
    {
        Assert.IsType<SoleRoute>(_slot.Slot.Current);
        _slot.Slot.Measure(1);
        Assert.IsType<MeasuredRoute>(_slot.Slot.Current);
        _slot.Slot.Measure(null);

        Assert.Same(_slot.StableLeases, Assert.IsType<SoleRoute>(_slot.Slot.Current).Sole);
        _slot.Proxy.Echo("a");
        Assert.Empty(_slot.StableMeter.Read());
    }

    [Fact]
    public void WhatIsPublishedMeanwhileIsMeasuredAndAfterwardsIsNot()
    {
        _slot.Slot.Measure(1);
        var trial = _slot.Try(share: 1);
        Assert.IsType<TrialRoute>(_slot.Slot.Current);
        _slot.Slot.Publish(new SoleRoute(_slot.CandidateLeases));
        Assert.Same(_slot.CandidateLeases, Assert.IsType<MeasuredRoute>(_slot.Slot.Current).Leases);

        _slot.Slot.Publish(new TrialRoute(_slot.StableLeases, _slot.CandidateLeases, 1, trial));
        _slot.Slot.Measure(null);
        Assert.IsType<TrialRoute>(_slot.Slot.Current);
        _slot.Slot.Publish(new SoleRoute(_slot.CandidateLeases));
        Assert.IsType<SoleRoute>(_slot.Slot.Current);
    }

    [Fact]
    public void MeasuringTwiceIsMeasuringOnce()
    {
        _slot.Slot.Measure(1);
        var route = _slot.Slot.Current;
        _slot.Slot.Measure(1);
        Assert.Same(route, _slot.Slot.Current);
        _slot.Proxy.Echo("a");

        Assert.Equal(1, Of(_slot.StableMeter, "Echo(string)").Calls);
    }

    [Fact]
    public void ACallTookAsLongAsTheClockSays()
    {
        _slot.Slot.Measure(1);
        _slot.Proxy.Echo("on this thread's first call, the routed way");
        _slot.Stable.First = _ => _clock.Advance(TimeSpan.FromMilliseconds(5));
        for (var call = 0; call < 10; call++)
        {
            _slot.Proxy.Echo("a");
        }

        var metrics = Of(_slot.StableMeter, "Echo(string)");
        Assert.Equal((11, 11), (metrics.Answered, metrics.Latency.Count));
        Assert.Equal(5_000_000, metrics.Latency.Quantile(0.5)!.Value, 50_000.0);
        Assert.Equal(10, metrics.Latency.CountAbove(TimeSpan.FromMilliseconds(4)));
    }

    [Fact]
    public async Task ASuspendedCallTookUntilItsAnswer()
    {
        _slot.Slot.Measure(1);
        _slot.Proxy.Echo("first");
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _slot.Stable.Before = _ => answer.Task;

        var call = _slot.Proxy.EchoAsync("a", CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.DoesNotContain(_slot.StableMeter.Read(), one => one.Method.StartsWith("EchoAsync", StringComparison.Ordinal));
        answer.SetResult();
        await call.WaitAsync(SlotFixture.Deadline);

        var metrics = Of(_slot.StableMeter, "EchoAsync(string, CancellationToken)");
        Assert.Equal((1, 0), (metrics.Answered, metrics.Failed));
        Assert.Equal(3e9, metrics.Latency.Quantile(1)!.Value, 3e7);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public void AFailureIsCountedByItsTypeAndNotTimed()
    {
        _slot.Slot.Measure(1);
        _slot.Stable.First = text => throw (text == "a" ? new FormatException() : new InvalidOperationException());

        Assert.Throws<FormatException>(() => _slot.Proxy.Once("a"));
        Assert.Throws<FormatException>(() => _slot.Proxy.Once("a"));
        Assert.Throws<InvalidOperationException>(() => _slot.Proxy.Once("b"));

        var metrics = Of(_slot.StableMeter, "Once(string)");
        Assert.Equal(new Dictionary<string, long> { ["System.FormatException"] = 2, ["System.InvalidOperationException"] = 1 }, metrics.FailuresByKind);
        Assert.Equal((0, 3, 3, 0), (metrics.Answered, metrics.Failed, metrics.Calls, metrics.Latency.Count));
    }

    [Fact]
    public void WhenOneInEightIsTimedEveryCallIsCounted()
    {
        _slot.Slot.Measure(8);
        for (var call = 0; call < 8_000; call++)
        {
            _slot.Proxy.Echo("a");
        }

        var metrics = Of(_slot.StableMeter, "Echo(string)");
        Assert.Equal(8_000, metrics.Answered);
        Assert.InRange(metrics.Latency.Count, 990, 1_010);
    }

    [Fact]
    public void CallsThatNeverSuspendAllocateNothing()
    {
        // By the clock of the system, which allocates nothing itself.
        var slot = new SlotFixture();
        slot.Slot.Publish(new SoleRoute(slot.LeasesOf(new Quiet(), slot.NewMeter())));
        slot.Slot.Measure(1);
        Call(20_000);

        // A thread that is moved to another processor for the first time makes counters there; it does not do so each time.
        var least = Enumerable.Range(0, 10).Min(_ => Call(2_000));

        Assert.Equal(0, least);

        long Call(int calls)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var call = 0; call < calls; call++)
            {
                slot.Proxy.Echo("a");
                slot.Proxy.EchoAsync("a", CancellationToken.None).GetAwaiter().GetResult();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task AStreamOfAnswersIsCountedToo()
    {
        _slot.Slot.Measure(1);
        await foreach (var _ in _slot.Proxy.CountAsync(3, CancellationToken.None))
        {
        }

        Assert.Equal(1, Of(_slot.StableMeter, "CountAsync(int, CancellationToken)").Answered);
        _slot.AssertNobodyIsInside();
    }

    private static MethodMetrics Of(GenerationMeter meter, string method) => Assert.Single(meter.Read(), one => one.Method == method);
}
