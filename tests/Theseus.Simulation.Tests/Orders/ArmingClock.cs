using Theseus.Testing;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>A manual clock that counts how often the upgrades' loop has gone to rest: it arms a short timer each time.</summary>
internal sealed class ArmingClock(ManualTimeProvider clock) : TimeProvider
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private long _rests;

    public long Rests
    {
        get
        {
            lock (_lock)
            {
                return _rests;
            }
        }
    }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime <= s_longestRest)
        {
            lock (_lock)
            {
                _rests++;
                _waiting.ForEach(one => one.TrySetResult());
                _waiting.Clear();
            }
        }

        return timer;
    }

    /// <summary>Waits until the loop has gone to rest more than so many times.</summary>
    public async Task WaitForRestAfterAsync(long rests)
    {
        while (true)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (_rests > rests)
                {
                    return;
                }

                _waiting.Add(next);
            }

            await next.Task.WaitAsync(s_deadline);
        }
    }
}
