using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Theseus.Calls;

/// <summary>An awaiter of the component's, with or without a result.</summary>
internal interface IAnswer<out T> : ICriticalNotifyCompletion
{
    /// <summary>Whether there is nothing to wait for.</summary>
    bool IsCompleted { get; }

    /// <summary>Takes the result, or throws the failure. Once.</summary>
    T GetResult();
}

/// <summary>
/// What the caller of a suspended <see cref="ValueTask"/> awaits: gives the lease back when the component has answered,
/// and passes the answer on. Cheaper than an asynchronous method that does the same, and as those of the pooling builder
/// it is used again, by the thread that took the answer.
/// </summary>
internal sealed class LeasedAnswer<T, TAnswer, TLease> : IValueTaskSource<T>, IValueTaskSource
    where TAnswer : struct, IAnswer<T>
    where TLease : struct, IEndingLease
{
    // As many as a thread may have suspended at a time, within reason.
    private const int MostFree = 64;

    [ThreadStatic] private static LeasedAnswer<T, TAnswer, TLease>? t_free;

    private readonly Action _complete;
    private ManualResetValueTaskSourceCore<T> _core;
    private TAnswer _answer;
    private TLease _lease;
    private int _method;
    private LeasedAnswer<T, TAnswer, TLease>? _nextFree;
    private int _free;

    private LeasedAnswer() => _complete = Complete;

    /// <summary>The number that a value task of this has to bear.</summary>
    public short Version => _core.Version;

    /// <summary>Waits for an answer. If it throws, nothing has happened, and the lease is the caller's still.</summary>
    public static LeasedAnswer<T, TAnswer, TLease> Await(TAnswer answer, TLease lease, int method)
    {
        var source = t_free;
        if (source is null)
        {
            source = new LeasedAnswer<T, TAnswer, TLease>();
        }
        else
        {
            t_free = source._nextFree;
            source._nextFree = null;
        }

        source._answer = answer;
        source._lease = lease;
        source._method = method;
        if (answer.IsCompleted)
        {
            // One that failed at once. To register would do, but answer from another thread.
            source.Complete();
        }
        else
        {
            answer.UnsafeOnCompleted(source._complete);
        }

        return source;
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public T GetResult(short token)
    {
        // One that is awaited twice, or too early, throws here and is not used again.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The call has not completed.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Free();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    private void Complete()
    {
        var (answer, lease) = (_answer, _lease);
        // Kept for its next use, it must keep nothing of the component.
        (_answer, _lease) = (default, default);
        T result;
        try
        {
            result = answer.GetResult();
        }
        catch (Exception failure)
        {
            lease.End(_method, failure);
            _core.SetException(failure);
            return;
        }

        lease.End(_method, null);
        _core.SetResult(result);
    }

    private void Free()
    {
        _core.Reset();
        var next = t_free;
        var free = next is null ? 1 : next._free + 1;
        if (free <= MostFree)
        {
            _free = free;
            _nextFree = next;
            t_free = this;
        }
    }
}
