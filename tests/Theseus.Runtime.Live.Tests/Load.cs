namespace Theseus.Runtime.Live.Tests;

/// <summary>Callers that go on until they are stopped, and keep every failure and how many calls were answered.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _callers;
    private readonly List<Exception> _failures = [];
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private long _answers;
    private long _nextWaiting = long.MaxValue;

    public Load(Action call, int callers = 2) =>
        _callers = [.. Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(() => Run(call), TaskCreationOptions.LongRunning))];

    public long Answers => Interlocked.Read(ref _answers);

    public IReadOnlyList<Exception> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Waits until that many more calls have been answered.</summary>
    public Task MoreAsync(long calls)
    {
        var until = Answers + calls;
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            _waiting.Enqueue(waiting, until);
            Volatile.Write(ref _nextWaiting, _waiting.TryPeek(out _, out var next) ? next : until);
        }

        Tell(Answers);
        return waiting.Task.WaitAsync(LiveHost.Deadline);
    }

    /// <summary>Stops, and fails if any call failed.</summary>
    public async Task EndAsync()
    {
        await DisposeAsync();
        Assert.Empty(Failures);
        Assert.True(Answers > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers).WaitAsync(LiveHost.Deadline);
    }

    private void Tell(long answers)
    {
        if (answers < Volatile.Read(ref _nextWaiting))
        {
            return;
        }

        lock (_waiting)
        {
            while (_waiting.TryPeek(out var waiting, out var until) && until <= answers)
            {
                _waiting.Dequeue();
                waiting.SetResult();
            }

            Volatile.Write(ref _nextWaiting, _waiting.TryPeek(out _, out var next) ? next : long.MaxValue);
        }
    }

    private void Run(Action call)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                call();
                Tell(Interlocked.Increment(ref _answers));
            }
            catch (Exception failure)
            {
                lock (_failures)
                {
                    if (_failures.Count < 5)
                    {
                        _failures.Add(failure);
                    }
                }
            }
        }
    }
}
