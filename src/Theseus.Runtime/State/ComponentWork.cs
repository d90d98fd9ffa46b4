using System.Collections.Concurrent;

namespace Theseus.Runtime.State;

/// <summary>
/// Runs the code of components for one hand-over on a thread of its own. So it can be given up when it hangs, even in a
/// loop that never awaits; and it goes on when held callers block every thread of the pool. Used by one caller at a time.
/// </summary>
internal sealed class ComponentWork : IDisposable
{
    private readonly List<(string Name, Task Work)> _left = [];
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);
    private BlockingCollection<Action>? _queue;

    /// <summary>The calls that did not return by their deadline and still run.</summary>
    public IReadOnlyList<string> Abandoned => [.. _left.Where(static left => !left.Work.IsCompleted).Select(static left => left.Name)];

    /// <summary>Runs work until it ends or the token is cancelled, whichever is first; throws what it throws.</summary>
    /// <param name="name">What to call it when it has to be abandoned.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">The deadline. When it passes while the work goes on, the work is left to itself.</param>
    public async Task RunAsync(string name, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Continuations run on the completing thread, this object's own, so that what follows needs no thread of the pool.
        var done = new TaskCompletionSource();
        _queue ??= Start();
        _queue.Add(() => _ = InvokeAsync(work, done, cancellationToken), CancellationToken.None);
        try
        {
            await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!done.Task.IsCompleted)
        {
            _ = done.Task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _left.Add((name, done.Task));
            Leave();
            throw;
        }
    }

    /// <summary>Gives the calls that were cancelled a moment to end, as those do that heed their token.</summary>
    public async Task SettleAsync(TimeProvider time)
    {
        var running = Task.WhenAll(_left.Select(static left => left.Work));
        if (!running.IsCompleted)
        {
            using var moment = new CancellationTokenSource(s_moment, time);
            await running.WaitAsync(moment.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => Leave();

    // An async method, since its caller's execution context is put back when it returns: whatever async-local values the
    // component sets stay its own.
    private static async Task InvokeAsync(Func<CancellationToken, ValueTask> work, TaskCompletionSource done, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Foreign code: whatever it throws goes to whoever asked for it.
            done.TrySetException(e);
            return;
        }

        done.TrySetResult();
    }

    private static BlockingCollection<Action> Start()
    {
        var queue = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var action in queue.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            IsBackground = true,
            Name = "Theseus state hand-over",
        };
        thread.UnsafeStart();
        return queue;
    }

    // The thread ends as soon as it comes back from whatever it is in.
    private void Leave()
    {
        _queue?.CompleteAdding();
        _queue = null;
    }
}
