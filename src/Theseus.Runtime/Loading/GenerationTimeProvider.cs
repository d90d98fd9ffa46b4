namespace Theseus.Runtime.Loading;

/// <summary>The host's clock as a component sees it. Timers made with it, those of delays and periodic timers included, end with the generation.</summary>
internal sealed class GenerationTimeProvider(TimeProvider host) : TimeProvider, IDisposable
{
    private const int PruneAtLeast = 64;

    private readonly Lock _lock = new();
    private List<WeakReference<GenerationTimer>> _timers = [];
    private int _pruneAt = PruneAtLeast;
    private bool _ended;

    public override TimeZoneInfo LocalTimeZone => host.LocalTimeZone;

    public override long TimestampFrequency => host.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => host.GetUtcNow();

    public override long GetTimestamp() => host.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new GenerationTimer(callback, state);
        lock (_lock)
        {
            if (_ended)
            {
                return timer;
            }

            // Weak: a timer that runs is held by its clock, and one that nobody holds needs no ending.
            if (_timers.Count >= _pruneAt)
            {
                _timers = [.. _timers.Where(t => t.TryGetTarget(out _))];
                _pruneAt = Math.Max(PruneAtLeast, 2 * _timers.Count);
            }

            _timers.Add(new(timer));
        }

        timer.Start(host, dueTime, period);
        return timer;
    }

    /// <summary>Ends all timers. One that is made afterwards never fires.</summary>
    public void Dispose()
    {
        List<WeakReference<GenerationTimer>> timers;
        lock (_lock)
        {
            _ended = true;
            (timers, _timers) = (_timers, []);
        }

        foreach (var reference in timers)
        {
            if (reference.TryGetTarget(out var timer))
            {
                timer.Dispose();
            }
        }
    }

    private sealed class GenerationTimer(TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock _lock = new();
        private ITimer? _inner;
        private bool _disposed;

        public void Start(TimeProvider host, TimeSpan dueTime, TimeSpan period)
        {
            // Made idle and started once it is known here, so that ending it cannot miss it.
            var inner = host.CreateTimer(static timer => ((GenerationTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lock (_lock)
            {
                if (!_disposed)
                {
                    _inner = inner;
                    inner.Change(dueTime, period);
                    return;
                }
            }

            inner.Dispose();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                return _inner?.Change(dueTime, period) ?? false;
            }
        }

        public void Dispose() => Take()?.Dispose();

        public ValueTask DisposeAsync() => Take()?.DisposeAsync() ?? ValueTask.CompletedTask;

        private ITimer? Take()
        {
            lock (_lock)
            {
                _disposed = true;
                var inner = _inner;
                _inner = null;
                return inner;
            }
        }

        private void Fire()
        {
            if (!Volatile.Read(ref _disposed))
            {
                callback(state);
            }
        }
    }
}
