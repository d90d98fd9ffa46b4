using Theseus.Fleet.Metrics;
using Theseus.Runtime.Metrics;

namespace Theseus.Runtime.Tests.Metrics;

public sealed class MethodMeterLaws
{
    private const int Threads = 8;
    private const int CallsEach = 20_000;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly MethodMeter _meter = new();

    [Fact]
    public async Task NothingThatManyThreadsCountIsLost()
    {
        await OnThreadsAsync(CountAll);

        var read = Read();
        var expected = LatencySketch.Merge(Enumerable.Range(0, Threads).Select(thread => LatencySketch.Of(
            Enumerable.Range(0, CallsEach).Where(call => call % 4 != 3).Select(call => Latency(thread, call)))));
        Assert.Equal(expected, read.Latency);
        Assert.Equal(Threads * CallsEach, read.Answered);
        Assert.Equal(Threads * CallsEach / 100, read.GivenUp);
        Assert.Equal(Threads * CallsEach / 10, read.Failed);
        Assert.Equal(read.Answered + read.GivenUp + read.Failed, read.Calls);
    }

    [Fact]
    public async Task ReadingsNeverGoBackNotEvenWhenItIsClosed()
    {
        using var stop = new CancellationTokenSource();
        // So that every reading is one of something.
        _meter.CountGivenUp();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = Task.Factory.StartNew(
            () =>
            {
                var (last, readings) = (_meter.Read("m"), 0);
                while (!stop.IsCancellationRequested)
                {
                    var now = _meter.Read("m");
                    if (last is not null)
                    {
                        AssertNotBefore(last, now);
                    }

                    (last, readings) = (now, readings + 1);
                    begun.TrySetResult();
                }

                return (last, readings);
            },
            TaskCreationOptions.LongRunning);

        // A thread that starts late would read nothing in between.
        await begun.Task.WaitAsync(s_deadline);
        await OnThreadsAsync(CountAll);
        var before = Read();
        _meter.Close("m");
        await stop.CancelAsync();

        var (final, count) = await reader.WaitAsync(s_deadline);
        Assert.True(count > 0);
        AssertNotBefore(final!, Read());
        Assert.Equal(before.Latency, Read().Latency);
        Assert.Equal(before.Calls, Read().Calls);
    }

    [Fact]
    public void WhatWasNeverCalledHasNothingToRead()
    {
        Assert.Null(_meter.Read("m"));
        _meter.Close("m");
        Assert.Null(_meter.Read("m"));
    }

    [Fact]
    public void KindsOfFailuresAreBoundedAndNoFailureIsLost()
    {
        for (var kind = 0; kind < 100; kind++)
        {
            for (var failure = 0; failure <= kind; failure++)
            {
                _meter.CountFailed($"Kind{kind}");
            }
        }

        var failures = Read().FailuresByKind;
        Assert.Equal(FailureKinds.MostKinds + 1, failures.Count);
        Assert.Equal(Enumerable.Range(0, FailureKinds.MostKinds).Select(kind => (long)kind + 1), Enumerable.Range(0, FailureKinds.MostKinds).Select(kind => failures[$"Kind{kind}"]));
        Assert.Equal(5050, failures.Values.Sum());
        Assert.Equal(5050 - FailureKinds.MostKinds * (FailureKinds.MostKinds + 1) / 2, failures[MethodMetrics.OtherFailures]);
    }

    [Fact]
    public void AFailureThatIsNamedLikeTheOthersIsCountedWithThem()
    {
        _meter.CountFailed(MethodMetrics.OtherFailures);
        for (var kind = 0; kind < 20; kind++)
        {
            _meter.CountFailed($"Kind{kind}");
        }

        Assert.Equal((FailureKinds.MostKinds, 21, 6), (Read().FailuresByKind.Count, Read().Failed, Read().FailuresByKind[MethodMetrics.OtherFailures]));
    }

    [Fact]
    public void ALongNameIsCut()
    {
        _meter.CountFailed(new string('x', 5000));
        _meter.CountFailed(new string('x', 6000));

        Assert.Equal((new string('x', FailureKinds.LongestName) + "…", 2), Assert.Single(Read().FailuresByKind.Select(one => (one.Key, one.Value))));
    }

    [Fact]
    public void CountingAllocatesNothingOnceWarm()
    {
        Count();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Count();
        // The thread may have been moved to a processor that had no counters yet, once for each.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MethodMeter.MostBytes + 64L * 64);

        void Count()
        {
            for (var call = 0; call < 100_000; call++)
            {
                _meter.CountAnswered(call);
                _meter.CountFailed("System.FormatException");
                _meter.CountGivenUp();
            }
        }
    }

    private static TimeSpan Latency(int thread, int call) => TimeSpan.FromTicks((call * 7919L + thread) % 5_000_000);

    private MethodMetrics Read() => Assert.IsType<MethodMetrics>(_meter.Read("m"));

    private void CountAll(int thread)
    {
        for (var call = 0; call < CallsEach; call++)
        {
            _meter.CountAnswered(call % 4 == 3 ? -1 : Latency(thread, call).Ticks * 100);
            if (call % 10 == 0)
            {
                _meter.CountFailed($"Kind{(thread + call) % 20}");
            }

            if (call % 100 == 0)
            {
                _meter.CountGivenUp();
            }
        }
    }

    private static void AssertNotBefore(MethodMetrics last, MethodMetrics? now)
    {
        Assert.NotNull(now);
        // Throws if any bucket has fewer than before.
        Assert.Equal(now.Latency.Count - last.Latency.Count, now.Latency.Since(last.Latency).Count);
        Assert.True(now.Answered >= last.Answered && now.GivenUp >= last.GivenUp);
        Assert.All(last.FailuresByKind, one => Assert.True(now.FailuresByKind[one.Key] >= one.Value));
    }

    private static async Task OnThreadsAsync(Action<int> work) => await Task.WhenAll(
        Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() => work(thread), TaskCreationOptions.LongRunning))).WaitAsync(s_deadline);
}
