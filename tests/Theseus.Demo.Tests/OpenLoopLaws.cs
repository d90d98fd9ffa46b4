using System.Collections.Concurrent;
using Theseus.Demo.Load;
using Theseus.Testing;
using Xunit;

namespace Theseus.Demo.Tests;

public sealed class OpenLoopLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task RequestsGoOutAtTheRateThoughNoneIsAnswered()
    {
        var time = new ManualTimeProvider();
        var recording = new LoadRecording();
        var answers = new ConcurrentDictionary<long, TaskCompletionSource<string?>>();
        using var stop = new CancellationTokenSource();
        var load = new OpenLoopLoad(number => answers.GetOrAdd(number, _ => new()).Task, rate: 10, time, recording);
        var running = load.RunAsync(stop.Token, s_deadline);

        for (var sent = 1; sent <= 20; sent++)
        {
            await time.WaitForTimersAsync(1, s_deadline);
            Assert.Equal(sent, load.Pending);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await time.WaitForTimersAsync(1, s_deadline);
        await stop.CancelAsync();
        foreach (var number in Enumerable.Range(0, 21))
        {
            answers.GetOrAdd(number, _ => new()).SetResult(null);
        }

        await running.WaitAsync(s_deadline);
        Assert.Equal((21, 0), recording.Totals);
        Assert.Equal(0, load.Pending);
    }

    [Fact]
    public async Task ARequestThatCouldNotBeSentInTimeHasWaitedSinceItWasDue()
    {
        // As for a process that was held up: the wait for request 1 ends 350 ms late, when 2, 3 and 4 are due as well.
        var time = new OneLateTimer(lateBy: TimeSpan.FromMilliseconds(350));
        var recording = new LoadRecording();
        using var stop = new CancellationTokenSource();
        var load = new OpenLoopLoad(_ => Task.FromResult<string?>(null), rate: 10, time, recording);

        var running = load.RunAsync(stop.Token, s_deadline);
        await time.SecondTimer.WaitAsync(s_deadline);
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline);

        Assert.Equal(
            [350, 250, 150, 50],
            recording.Between(1, long.MaxValue).OrderBy(sample => sample.IntendedAt).Select(sample => sample.Latency.TotalMilliseconds));
    }

    [Fact]
    public async Task AFailureIsRecordedWithItsWords()
    {
        var time = new ManualTimeProvider();
        var recording = new LoadRecording();
        using var stop = new CancellationTokenSource();
        var load = new OpenLoopLoad(
            number => number == 0 ? Task.FromResult<string?>("status 500") : throw new HttpRequestException("refused"), rate: 10, time, recording);
        var running = load.RunAsync(stop.Token, s_deadline);
        await time.WaitForTimersAsync(1, s_deadline);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await time.WaitForTimersAsync(1, s_deadline);

        await stop.CancelAsync();
        await running.WaitAsync(s_deadline);

        Assert.Equal((2, 2), recording.Totals);
        Assert.Equal(["status 500", "HttpRequestException: refused"], recording.Between(0, long.MaxValue).OrderBy(sample => sample.IntendedAt).Select(sample => sample.Fault));
    }

    [Fact]
    public async Task AnAnswerThatNeverComesIsNotWaitedForForEver()
    {
        var time = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        var load = new OpenLoopLoad(_ => new TaskCompletionSource<string?>().Task, rate: 10, time, new LoadRecording());
        var running = load.RunAsync(stop.Token, TimeSpan.FromSeconds(5));
        await time.WaitForTimersAsync(1, s_deadline);

        await stop.CancelAsync();
        await time.WaitForTimersAsync(1, s_deadline);
        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<TimeoutException>(() => running.WaitAsync(s_deadline));
    }

    [Theory]
    [InlineData(3, 3, 1_000_000_000, 1_000_000_000)]
    [InlineData(1, 3, 1_000_000_000, 333_333_333)]
    [InlineData(3_000_000_000_000, 3000, 1_000_000_000, 1_000_000_000_000_000_000)]
    public void DueTimesDoNotDrift(long number, int rate, long frequency, long expected) =>
        Assert.Equal(expected, OpenLoopLoad.DueAfter(number, rate, frequency));

    /// <summary>A clock that moves only when its first timer fires, which it does at once and too late. No other timer fires.</summary>
    private sealed class OneLateTimer(TimeSpan lateBy) : TimeProvider
    {
        private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _now;
        private int _timers;

        public Task SecondTimer => _second.Task;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            switch (Interlocked.Increment(ref _timers))
            {
                case 1:
                    Interlocked.Add(ref _now, (dueTime + lateBy).Ticks);
                    ThreadPool.QueueUserWorkItem(_ => callback(state));
                    break;
                case 2:
                    _second.SetResult();
                    break;
            }

            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
