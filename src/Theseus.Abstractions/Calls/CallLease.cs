using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>A call's hold on a generation, on the fast way. Left exactly once.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct CallLease
{
    private readonly GenerationLeases _leases;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CallLease(GenerationLeases leases) => _leases = leases;

    /// <summary>The implementation that the lease holds.</summary>
    /// <typeparam name="TContract">The slot's contract; the instance was checked against it when its generation was made.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TContract Instance<TContract>() where TContract : class => Unsafe.As<TContract>(_leases.Instance!);

    /// <summary>Gives the lease back. On any thread.</summary>
    /// <param name="method">The method number it was taken with.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit(int method) => _leases.CountOut(method);
}
