namespace Theseus.Testing;

/// <summary>A timer of a <see cref="ManualTimeProvider"/>, whose lock guards the fields that it sets.</summary>
internal sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly Lock _runsLock = new();
    private TaskCompletionSource? _idle;
    private int _runs;

    /// <summary>When it will fire; null while it is not armed.</summary>
    internal Arming? Armed { get; set; }

    /// <summary>Whether it can be armed no more.</summary>
    internal bool IsDisposed { get; set; }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfNegative(dueTime, nameof(dueTime));
        ThrowIfNegative(period, nameof(period));
        clock.Arm(this, dueTime, period);
        return !IsDisposed;
    }

    /// <inheritdoc/>
    public void Dispose() => clock.Disarm(this);

    /// <summary>Disposes, and completes when no callback is running.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        lock (_runsLock)
        {
            if (_runs == 0)
            {
                return default;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_idle.Task);
        }
    }

    /// <summary>Says that <see cref="Run"/> will follow. The clock's lock is held, so that a disposal either prevents it or waits for it.</summary>
    internal void BeginRun_NeedsLock()
    {
        lock (_runsLock)
        {
            _runs++;
        }
    }

    /// <summary>Runs the callback, in the execution context in which the timer was made.</summary>
    internal void Run()
    {
        try
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Call(), this);
            }
        }
        finally
        {
            lock (_runsLock)
            {
                if (--_runs == 0)
                {
                    _idle?.TrySetResult();
                }
            }
        }
    }

    private void Call() => callback(state);

    private static void ThrowIfNegative(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, "Neither negative nor infinite.");
        }
    }

    /// <summary>One arming of a timer.</summary>
    internal sealed record Arming(ManualTimer Timer, long Due, TimeSpan Period, long Number)
    {
        /// <summary>By due time, then in the order of arming.</summary>
        public static IComparer<Arming> ByTime { get; } = Comparer<Arming>.Create(static (one, other) =>
            (one.Due, one.Number).CompareTo((other.Due, other.Number)));
    }
}
