using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Waits for an asynchronous call that did not complete at once, and gives its lease back. What the caller gets is the
/// host's own task: the component's is often the state machine of its method, which would keep its code alive.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LeasedTask
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

    /// <summary>Waits, then leaves. Allocates nothing once warm.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask Await(ValueTask task, CallLease lease, int method)
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

    /// <summary>Waits, then leaves. Allocates nothing once warm.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<T> Await<T>(ValueTask<T> task, CallLease lease, int method)
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
}
