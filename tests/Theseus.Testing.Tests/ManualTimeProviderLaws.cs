using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Theseus.Testing.Tests;

public sealed class ManualTimeProviderLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void TimeStandsStillUntilItIsMoved()
    {
        var before = (_clock.GetUtcNow(), _clock.GetTimestamp());
        Assert.Equal(before, (_clock.GetUtcNow(), _clock.GetTimestamp()));

        _clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(before.Item1 + TimeSpan.FromMinutes(3), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMinutes(3), _clock.GetElapsedTime(before.Item2));
    }

    [Fact]
    public void TheClockShowsItsStartInUniversalTime() =>
        Assert.Equal(
            new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.Zero),
            new ManualTimeProvider(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.FromHours(2))).GetUtcNow());

    [Fact]
    public void TimersFireInTheOrderOfTheirDueTimesEachAtItsOwn() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), dues =>
        {
            var clock = new ManualTimeProvider();
            var fired = new List<(int Timer, long At)>();
            for (var timer = 0; timer < dues.Length; timer++)
            {
                var number = timer;
                clock.CreateTimer(_ => fired.Add((number, clock.GetTimestamp())), null, TimeSpan.FromTicks(dues[timer] + 1), Timeout.InfiniteTimeSpan);
            }

            clock.Advance(TimeSpan.FromTicks(100));
            clock.Advance(TimeSpan.FromTicks(200));

            var expected = dues.Select((due, number) => (number, due + 1L)).OrderBy(timer => timer.Item2).ThenBy(timer => timer.number);
            Assert.Equal(expected, fired);
            Assert.Equal(0, clock.ArmedTimers);
        }));

    [Fact]
    public void APeriodicTimerFiresOncePerPeriodUntilItIsDisposed()
    {
        var fired = new List<long>();
        var timer = _clock.CreateTimer(_ => fired.Add(_clock.GetTimestamp()), null, TimeSpan.FromTicks(5), TimeSpan.FromTicks(10));

        _clock.Advance(TimeSpan.FromTicks(26));
        Assert.Equal([5L, 15L, 25L], fired);

        timer.Dispose();
        _clock.Advance(TimeSpan.FromTicks(100));
        Assert.Equal(3, fired.Count);
        Assert.False(timer.Change(TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan));
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void ACallbackMayArmATimerThatFiresInTheSameAdvance()
    {
        var fired = new List<long>();
        _clock.CreateTimer(
            _ => _clock.CreateTimer(_ => fired.Add(_clock.GetTimestamp()), null, TimeSpan.FromTicks(3), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromTicks(4), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromTicks(10));

        Assert.Equal([7L], fired);
        Assert.Equal(10, _clock.GetTimestamp());
    }

    [Fact]
    public void ACallbackMayAdvanceTheClock()
    {
        _clock.CreateTimer(_ => _clock.Advance(TimeSpan.FromTicks(5)), null, TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromTicks(10));
        Assert.Equal(15, _clock.GetTimestamp());
    }

    [Fact]
    public void ChangingATimerReplacesItsArming()
    {
        var fired = new List<long>();
        var timer = _clock.CreateTimer(_ => fired.Add(_clock.GetTimestamp()), null, TimeSpan.FromTicks(5), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromTicks(20), Timeout.InfiniteTimeSpan));
        Assert.Equal(TimeSpan.FromTicks(20), _clock.NextTimerDueIn);

        _clock.Advance(TimeSpan.FromTicks(30));
        Assert.Equal([20L], fired);

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Null(_clock.NextTimerDueIn);
    }

    [Fact]
    public async Task ATimerDueAtOnceFiresWithoutTheClockBeingMoved()
    {
        var fired = new TaskCompletionSource();
        await using var timer = _clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(s_deadline);
        Assert.Equal(0, _clock.GetTimestamp());
    }

    [Fact]
    public async Task TheWaitForTimersEndsWhenTheyAreArmed()
    {
        var wait = _clock.WaitForTimersAsync(2, s_deadline);
        var first = Task.Delay(TimeSpan.FromSeconds(1), _clock);
        Assert.False(wait.IsCompleted);
        var second = Task.Delay(TimeSpan.FromSeconds(2), _clock);
        await wait;

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AWaitForTimersThatNobodyArmsEndsAtItsDeadline()
    {
        _clock.CreateTimer(_ => { }, null, TimeSpan.FromTicks(5), Timeout.InfiniteTimeSpan);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => _clock.WaitForTimersAsync(2, TimeSpan.FromMilliseconds(1)));
        Assert.StartsWith("1 timers are armed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWaitForAConditionEndsWithTheArmingDisarmingOrFiringThatMakesItTrue()
    {
        var soon = _clock.WaitUntilAsync(static clock => clock.NextTimerDueIn <= TimeSpan.FromSeconds(1), s_deadline);
        var late = _clock.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(9), Timeout.InfiniteTimeSpan);
        Assert.False(soon.IsCompleted);
        var early = _clock.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        await soon;

        var fired = _clock.WaitUntilAsync(static clock => clock.ArmedTimers == 1, s_deadline);
        Assert.False(fired.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await fired;

        var none = _clock.WaitUntilAsync(static clock => clock.ArmedTimers == 0, s_deadline);
        Assert.False(none.IsCompleted);
        late.Dispose();
        await none;
        early.Dispose();
    }

    [Fact]
    public async Task AWaitForAConditionThatNeverHoldsEndsAtItsDeadlineOrWhenItIsCancelled()
    {
        _clock.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => _clock.WaitUntilAsync(static _ => false, TimeSpan.FromMilliseconds(1)));
        Assert.Contains("1 timers are armed, the next is due in 00:00:05", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _clock.WaitUntilAsync(static _ => false, s_deadline, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task DisposingWaitsForACallbackThatRuns()
    {
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var timer = _clock.CreateTimer(_ =>
        {
            entered.Set();
            Assert.True(leave.Wait(s_deadline));
        }, null, TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
        var advance = Task.Run(() => _clock.Advance(TimeSpan.FromTicks(1)));
        Assert.True(entered.Wait(s_deadline));

        var disposal = timer.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        leave.Set();
        await disposal.WaitAsync(s_deadline);
        await advance.WaitAsync(s_deadline);
    }

    [Fact]
    public void ACallbackRunsInTheContextInWhichItsTimerWasMade()
    {
        var ambient = new AsyncLocal<string> { Value = "maker" };
        string? seen = null;
        _clock.CreateTimer(_ => seen = ambient.Value, null, TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
        ambient.Value = "mover";
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("maker", seen);
    }

    [Fact]
    public async Task ThreadsMayArmAndMoveAtTheSameTimeAndNoTimerIsLost()
    {
        const int PerThread = 2_000;
        var fired = 0;
        var arming = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var timer = 0; timer < PerThread; timer++)
            {
                _clock.CreateTimer(_ => Interlocked.Increment(ref fired), null, TimeSpan.FromTicks(1 + timer % 7), Timeout.InfiniteTimeSpan);
            }
        })).ToArray();
        var moving = Task.Run(() =>
        {
            for (var step = 0; step < 1_000; step++)
            {
                _clock.Advance(TimeSpan.FromTicks(1));
            }
        });
        await Task.WhenAll([.. arming, moving]).WaitAsync(s_deadline);

        _clock.Advance(TimeSpan.FromTicks(10));
        Assert.Equal(3 * PerThread, fired);
        Assert.Equal(1_010, _clock.GetTimestamp());
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-1_000_000)]
    public void NegativeTimesAreMisuse(long ticks)
    {
        var negative = TimeSpan.FromTicks(ticks);
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(negative));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateTimer(_ => { }, null, negative, Timeout.InfiniteTimeSpan));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateTimer(_ => { }, null, TimeSpan.Zero, negative));
    }
}
