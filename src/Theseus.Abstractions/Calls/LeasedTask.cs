using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Waits for an asynchronous call that did not complete at once, and gives its lease back. What the caller gets is the
/// host's own task: the component's is often the state machine of its method, which would keep its code alive.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class LeasedTask
{
    /// <summary>Waits, then leaves.</summary>
    public static async Task Await(Task task, CallLease lease, int method)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        finally
        {
            lease.Exit(method);
        }
    }

    /// <summary>Waits, then leaves.</summary>
    public static async Task<T> Await<T>(Task<T> task, CallLease lease, int method)
    {
        try
        {
            return await task.ConfigureAwait(false);
        }
        finally
        {
            lease.Exit(method);
        }
    }

    /// <summary>Waits, then leaves. Allocates nothing once warm. If it throws at once, the lease has not been given back.</summary>
    public static ValueTask Await(ValueTask task, CallLease lease, int method)
    {
        var source = LeasedAnswer<bool, Completion, UnmeasuredEnd>.Await(new(task.ConfigureAwait(false).GetAwaiter()), new(lease), method);
        return new(source, source.Version);
    }

    /// <summary>Waits, then leaves. Allocates nothing once warm. If it throws at once, the lease has not been given back.</summary>
    public static ValueTask<T> Await<T>(ValueTask<T> task, CallLease lease, int method)
    {
        var source = LeasedAnswer<T, Result<T>, UnmeasuredEnd>.Await(new(task.ConfigureAwait(false).GetAwaiter()), new(lease), method);
        return new(source, source.Version);
    }

    private readonly struct Completion(ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter awaiter) : IAnswer<bool>
    {
        public bool IsCompleted => awaiter.IsCompleted;

        public bool GetResult()
        {
            awaiter.GetResult();
            return true;
        }

        public void OnCompleted(Action continuation) => awaiter.OnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);
    }

    private readonly struct Result<T>(ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter awaiter) : IAnswer<T>
    {
        public bool IsCompleted => awaiter.IsCompleted;

        public T GetResult() => awaiter.GetResult();

        public void OnCompleted(Action continuation) => awaiter.OnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => awaiter.UnsafeOnCompleted(continuation);
    }
}
