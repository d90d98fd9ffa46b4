namespace Theseus.LoadBench;

/// <summary>Callers that call one after another until they are stopped, each on a thread of its own; answers and failures are counted.</summary>
internal sealed class Callers : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<string> _failures = [];
    private long _started;
    private long _answered;
    private long _failed;

    /// <summary>Calls begun. Exact once they have been stopped.</summary>
    public long Started => Interlocked.Read(ref _started);

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Calls that threw or whose answer was wrong.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>The first few failures, in words.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Adds callers on threads of their own.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="caller">Makes a caller's call from the caller's number. A call returns false when its answer was wrong.</param>
    public Callers Add(int threads, Func<int, Func<bool>> caller)
    {
        for (var number = 0; number < threads; number++)
        {
            var call = caller(number);
            _running.Add(Task.Factory.StartNew(
                () =>
                {
                    while (!_stop.IsCancellationRequested)
                    {
                        Interlocked.Increment(ref _started);
                        try
                        {
                            Count(call(), "a wrong answer");
                        }
                        catch (Exception failure)
                        {
                            Count(false, $"{failure.GetType().Name}: {failure.Message}");
                        }
                    }
                },
                TaskCreationOptions.LongRunning));
        }

        return this;
    }

    /// <summary>Adds callers whose calls are asynchronous, on the thread pool.</summary>
    public Callers AddAsynchronous(int callers, Func<int, Func<Task<bool>>> caller)
    {
        for (var number = 0; number < callers; number++)
        {
            var call = caller(number);
            _running.Add(Task.Run(async () =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _started);
                    try
                    {
                        Count(await call(), "a wrong answer");
                    }
                    catch (Exception failure)
                    {
                        Count(false, $"{failure.GetType().Name}: {failure.Message}");
                    }
                }
            }));
        }

        return this;
    }

    /// <summary>Stops and waits for the last answers; throws when one does not come.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(s_deadline);
    }

    /// <summary>As <see cref="DisposeAsync"/>, for a thread that may wait.</summary>
    public void Stop()
    {
        _stop.Cancel();
        if (!Task.WaitAll([.. _running], s_deadline))
        {
            throw new TimeoutException("A call was not answered.");
        }
    }

    public void Dispose() => Stop();

    private void Count(bool isRight, string failure)
    {
        if (isRight)
        {
            Interlocked.Increment(ref _answered);
            return;
        }

        Interlocked.Increment(ref _failed);
        lock (_failures)
        {
            if (_failures.Count < 5)
            {
                _failures.Add(failure);
            }
        }
    }
}
