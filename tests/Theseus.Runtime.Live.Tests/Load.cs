namespace Theseus.Runtime.Live.Tests;

/// <summary>Callers that go on until they are stopped, and keep every failure and how many calls were answered.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _callers;
    private readonly List<Exception> _failures = [];
    private long _answers;

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
    public async Task MoreAsync(long calls)
    {
        var until = Answers + calls;
        using var deadline = new CancellationTokenSource(LiveHost.Deadline);
        while (Answers < until)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
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

    private void Run(Action call)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                call();
                Interlocked.Increment(ref _answers);
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
