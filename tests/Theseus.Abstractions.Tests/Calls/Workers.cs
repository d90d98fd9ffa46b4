using System.Collections.Concurrent;

namespace Theseus.Calls;

/// <summary>Threads that do what they are told, one thing at a time, so that a test decides which thread does what, in which order.</summary>
internal sealed class Workers : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private readonly BlockingCollection<Action>[] _work;
    private readonly Thread[] _threads;

    public Workers(int count)
    {
        _work = [.. Enumerable.Range(0, count).Select(_ => new BlockingCollection<Action>())];
        _threads = [.. _work.Select(work => new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        }) { IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Runs on a worker, and waits until it is done.</summary>
    public T Run<T>(int worker, Func<T> function)
    {
        var done = new TaskCompletionSource<T>();
        _work[worker].Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task.WaitAsync(s_deadline).GetAwaiter().GetResult();
    }

    public void Run(int worker, Action action) => Run(worker, () =>
    {
        action();
        return true;
    });

    /// <summary>Ends the threads, and waits until they have ended.</summary>
    public void Dispose()
    {
        foreach (var (work, thread) in _work.Zip(_threads))
        {
            work.CompleteAdding();
            if (!thread.Join(s_deadline))
            {
                throw new TimeoutException("A worker did not end.");
            }

            work.Dispose();
        }
    }
}
