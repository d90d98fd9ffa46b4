namespace Theseus.Calls;

// The same on the measured way; also for tasks that failed at once, so that looking at a failure to count it does not make
// it an observed one.
public static partial class LeasedTask
{
    /// <summary>Waits, tells how the call went, then leaves.</summary>
    public static async Task Await(Task task, MeasuredLease lease, int method, CancellationToken callersToken)
    {
        Exception? failure = null;
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
            throw;
        }
        finally
        {
            lease.End(method, failure, callersToken);
        }
    }

    /// <summary>Waits, tells how the call went, then leaves.</summary>
    public static async Task<T> Await<T>(Task<T> task, MeasuredLease lease, int method, CancellationToken callersToken)
    {
        Exception? failure = null;
        try
        {
            return await task.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
            throw;
        }
        finally
        {
            lease.End(method, failure, callersToken);
        }
    }

    /// <summary>Waits, tells how the call went, then leaves. Allocates nothing once warm. If it throws at once, the lease has not been given back.</summary>
    public static ValueTask Await(ValueTask task, MeasuredLease lease, int method, CancellationToken callersToken)
    {
        var source = LeasedAnswer<bool, Completion, MeasuredEnd>.Await(new(task.ConfigureAwait(false).GetAwaiter()), new(lease, callersToken), method);
        return new(source, source.Version);
    }

    /// <summary>Waits, tells how the call went, then leaves. Allocates nothing once warm. If it throws at once, the lease has not been given back.</summary>
    public static ValueTask<T> Await<T>(ValueTask<T> task, MeasuredLease lease, int method, CancellationToken callersToken)
    {
        var source = LeasedAnswer<T, Result<T>, MeasuredEnd>.Await(new(task.ConfigureAwait(false).GetAwaiter()), new(lease, callersToken), method);
        return new(source, source.Version);
    }
}
