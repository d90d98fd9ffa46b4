namespace Theseus.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire on the thread that calls <see cref="Advance"/>, in the
/// order of their due times, each at exactly its own; timers due at the same time fire in the order they were armed.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The way to a test without sleeping: act once, wait until the code under test has armed its timer
/// (<see cref="WaitForTimersAsync"/>), advance, assert exactly.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SortedSet<ManualTimer.Arming> _armed = new(ManualTimer.Arming.ByTime);
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly DateTimeOffset _start;
    private TaskCompletionSource? _changed;
    private long _now;
    private long _target;
    private long _armings;

    /// <summary>Makes a clock that shows midnight, 1 January 2000, UTC.</summary>
    public ManualTimeProvider() : this(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows at first.</param>
    public ManualTimeProvider(DateTimeOffset start) => _start = start.ToUniversalTime();

    /// <summary>How many timers are armed: they will fire if the clock is advanced far enough.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>How far the clock has to be advanced for the next timer to fire; null when none is armed.</summary>
    public TimeSpan? NextTimerDueIn
    {
        get
        {
            lock (_lock)
            {
                return _armed.Min is { } next ? TimeSpan.FromTicks(next.Due - _now) : null;
            }
        }
    }

    /// <summary>Coordinated Universal Time, always.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks of 100 ns: 10,000,000 a second.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    /// <summary>The time since the clock was made, in ticks of 100 ns.</summary>
    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <summary>
    /// Makes a timer, armed unless <paramref name="dueTime"/> is infinite. One that is due at once fires on the thread
    /// pool, without the clock being moved, as a real one would.
    /// </summary>
    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves the clock forward and fires what falls due, also what is armed meanwhile. Returns when the callbacks that it
    /// ran have returned. A callback's exception comes out here, with the clock at that timer's due time; the next call
    /// makes up for the way that is left.
    /// </summary>
    /// <param name="by">How far; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_lock)
        {
            _target += by.Ticks;
        }

        while (TakeDue() is { } timer)
        {
            timer.Run();
        }
    }

    /// <summary>Waits, in real time, until at least so many timers are armed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="deadline">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The deadline passed; the message tells how many were armed.</exception>
    public async Task WaitForTimersAsync(int count, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_armed.Count >= count)
            {
                return;
            }

            _waiters.Add((count, reached));
        }

        try
        {
            await reached.Task.WaitAsync(deadline, System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{ArmedTimers} timers are armed; waited {deadline} for {count}.");
        }
        finally
        {
            lock (_lock)
            {
                _waiters.RemoveAll(waiter => waiter.Reached == reached);
            }
        }
    }

    /// <summary>
    /// Waits, in real time, until something holds that has to do with the clock's timers: that the next one is due within
    /// a second, say. It is looked at now and after every arming, disarming and firing, and by nothing else.
    /// </summary>
    /// <param name="condition">What to wait for; may be asked on any thread, and what holds in passing may be missed.</param>
    /// <param name="deadline">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The deadline passed; the message tells how many timers were armed, and when the next is due.</exception>
    public async Task WaitUntilAsync(Func<ManualTimeProvider, bool> condition, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var patience = new CancellationTokenSource(deadline, System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                // Asked for before the condition is looked at, so that no change falls in between.
                changed = (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            if (condition(this))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {deadline} in vain; {ArmedTimers} timers are armed, the next is due in {NextTimerDueIn?.ToString() ?? "no time"}.");
            }
        }
    }

    /// <summary>Replaces a timer's arming: by none if <paramref name="dueTime"/> is infinite.</summary>
    internal void Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            Disarm_NeedsLock(timer);
            if (dueTime != Timeout.InfiniteTimeSpan && !timer.IsDisposed)
            {
                Arm_NeedsLock(timer, _now + dueTime.Ticks, period);
                if (dueTime == TimeSpan.Zero)
                {
                    ThreadPool.QueueUserWorkItem(static due => due.Clock.RunIfStillArmed(due.Arming), (Clock: this, Arming: timer.Armed!), preferLocal: false);
                }
            }
        }
    }

    /// <summary>Takes a timer's arming away for good.</summary>
    internal void Disarm(ManualTimer timer)
    {
        lock (_lock)
        {
            timer.IsDisposed = true;
            Disarm_NeedsLock(timer);
        }
    }

    private void RunIfStillArmed(ManualTimer.Arming arming)
    {
        lock (_lock)
        {
            if (!_armed.Contains(arming))
            {
                return;
            }

            Take_NeedsLock(arming);
        }

        arming.Timer.Run();
    }

    private ManualTimer? TakeDue()
    {
        lock (_lock)
        {
            if (_armed.Min is { } next && next.Due <= _target)
            {
                _now = Math.Max(_now, next.Due);
                Take_NeedsLock(next);
                return next.Timer;
            }

            _now = _target;
            return null;
        }
    }

    // A periodic timer is armed again before its callback runs, so that the callback may change or dispose it.
    private void Take_NeedsLock(ManualTimer.Arming arming)
    {
        Disarm_NeedsLock(arming.Timer);
        arming.Timer.BeginRun_NeedsLock();
        if (arming.Period > TimeSpan.Zero)
        {
            Arm_NeedsLock(arming.Timer, arming.Due + arming.Period.Ticks, arming.Period);
        }
    }

    private void Arm_NeedsLock(ManualTimer timer, long due, TimeSpan period)
    {
        timer.Armed = new ManualTimer.Arming(timer, due, period, ++_armings);
        _armed.Add(timer.Armed);
        TellChange_NeedsLock();
        foreach (var (count, reached) in _waiters)
        {
            if (_armed.Count >= count)
            {
                reached.TrySetResult();
            }
        }
    }

    private void Disarm_NeedsLock(ManualTimer timer)
    {
        if (timer.Armed is { } armed)
        {
            _armed.Remove(armed);
            timer.Armed = null;
            TellChange_NeedsLock();
        }
    }

    private void TellChange_NeedsLock()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
