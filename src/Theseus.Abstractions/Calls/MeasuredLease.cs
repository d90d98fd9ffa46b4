using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// A call's hold on a generation, on the measured way. Ended exactly once; what is to be counted is counted before the
/// lease is given back, so that whoever has drained a generation has all its calls counted.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct MeasuredLease
{
    private readonly GenerationLeases _leases;
    private readonly long[] _cell;
    private readonly long _begun;

    internal MeasuredLease(GenerationLeases leases, long[] cell, long begun)
    {
        _leases = leases;
        _cell = cell;
        _begun = begun;
    }

    /// <summary>The implementation that the lease holds.</summary>
    /// <typeparam name="TContract">The slot's contract; the instance was checked against it when its generation was made.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TContract Instance<TContract>() where TContract : class => Unsafe.As<TContract>(_leases.Instance!);

    /// <summary>Says that the call was answered, on the thread that took the lease, and gives it back.</summary>
    /// <param name="method">The method number it was taken with.</param>
    public void AnsweredHere(int method)
    {
        _leases.Meter!.Answered(method, _begun);
        _leases.CountOut(_cell, method);
    }

    /// <summary>Says that the call failed, on the thread that took the lease, and gives it back.</summary>
    /// <param name="method">The method number it was taken with.</param>
    /// <param name="failure">What was thrown; null when there was a null in the place of a task.</param>
    /// <param name="callersToken">The caller's own token; the default if the method takes none.</param>
    public void FailedHere(int method, Exception? failure, CancellationToken callersToken)
    {
        _leases.Meter!.Failed(method, failure, callersToken);
        _leases.CountOut(_cell, method);
    }

    /// <summary>Says how a synchronous call ended, and gives the lease back.</summary>
    /// <param name="method">The method number it was taken with.</param>
    /// <param name="failure">What was thrown; null if the call was answered.</param>
    /// <param name="callersToken">The caller's own token; the default if the method takes none.</param>
    public void EndHere(int method, Exception? failure, CancellationToken callersToken)
    {
        if (failure is null)
        {
            AnsweredHere(method);
        }
        else
        {
            FailedHere(method, failure, callersToken);
        }
    }

    /// <summary>Says how a call ended that may have suspended, and gives the lease back, on any thread.</summary>
    internal void End(int method, Exception? failure, CancellationToken callersToken)
    {
        if (failure is null)
        {
            _leases.Meter!.Answered(method, _begun);
        }
        else
        {
            _leases.Meter!.Failed(method, failure, callersToken);
        }

        _leases.CountOut(method);
    }
}
