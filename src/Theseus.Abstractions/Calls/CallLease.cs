using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>A call's hold on a generation, on the fast way. Left exactly once.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct CallLease
{
    private readonly GenerationLeases _leases;
    private readonly long[] _cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CallLease(GenerationLeases leases, long[] cell)
    {
        _leases = leases;
        _cell = cell;
    }

    /// <summary>The implementation that the lease holds.</summary>
    /// <typeparam name="TContract">The slot's contract; the instance was checked against it when its generation was made.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TContract Instance<TContract>() where TContract : class => Unsafe.As<TContract>(_leases.Instance!);

    /// <summary>Gives the lease back, on any thread.</summary>
    /// <param name="method">The method number it was taken with.</param>
    public void Exit(int method) => _leases.CountOut(method);

    /// <summary>Gives the lease back on the thread that took it. Saves looking for the thread's counters once more, which is most of a lease's price.</summary>
    /// <param name="method">The method number it was taken with.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ExitHere(int method) => _leases.CountOut(_cell, method);
}
