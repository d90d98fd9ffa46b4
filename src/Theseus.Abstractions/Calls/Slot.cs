using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>The place in a host where one component is plugged in. Callers hold its proxy, and the proxy holds this. Thread-safe.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Slot
{
    private volatile RoutingSnapshot _route;

    /// <summary>Makes a slot.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="route">The first snapshot.</param>
    protected Slot(string component, RoutingSnapshot route)
    {
        Component = component;
        _route = route;
    }

    /// <summary>The component's name.</summary>
    public string Component { get; }

    /// <summary>The routing snapshot in force. To publish is to set it.</summary>
    protected internal RoutingSnapshot Route
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _route;
        protected set => _route = value;
    }

    /// <summary>The fast way: takes a lease on the sole generation.</summary>
    /// <param name="method">The method's number in its proxy.</param>
    /// <param name="lease">The lease, to be left once.</param>
    /// <returns>False when the call has to take the measured way (<see cref="TryEnterMeasured"/>), or if that is refused too, the routed way (<see cref="Begin"/>).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter(int method, out CallLease lease)
    {
        // The thread's number first: where it takes a call to find, nothing has to be kept across that call yet.
        var index = LeaseThread.Index;
        var route = _route;
        if (route.Sole is { } leases && leases.TryCountIn(index, method, out var cell))
        {
            // Counted in; now the route must still be the one that was read. See GenerationLeases for why.
            if (ReferenceEquals(_route, route))
            {
                lease = new CallLease(leases, cell);
                return true;
            }

            leases.CountOut(cell, method);
        }

        lease = default;
        return false;
    }

    /// <summary>The measured way: takes a lease on the one generation, and begins to time the call if it is one to time.</summary>
    /// <param name="method">The method's number in its proxy.</param>
    /// <param name="lease">The lease, to be ended once.</param>
    /// <returns>False when the call has to take the routed way (<see cref="Begin"/>).</returns>
    public bool TryEnterMeasured(int method, out MeasuredLease lease)
    {
        // As on the fast way, and with the same proof.
        var index = LeaseThread.Index;
        var route = _route;
        if (route.Measured is { } leases && leases.TryCountIn(index, method, out var cell))
        {
            if (ReferenceEquals(_route, route))
            {
                lease = new MeasuredLease(leases, cell, leases.Meter!.Begin(GenerationLeases.EntriesOf(cell, method)));
                return true;
            }

            leases.CountOut(cell, method);
        }

        lease = default;
        return false;
    }

    /// <summary>
    /// Takes a lease on a chosen generation, if the snapshot that named it is still in force. False: read the route
    /// again, and choose again.
    /// </summary>
    protected internal bool TryEnter(RoutingSnapshot route, GenerationLeases leases, int method)
    {
        var cell = leases.CountIn(method);
        if (ReferenceEquals(_route, route))
        {
            return true;
        }

        leases.CountOut(cell, method);
        return false;
    }

    /// <summary>The routed way for a synchronous call: waits while callers are held back, chooses a generation, takes a lease.</summary>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key; the default for none.</param>
    /// <exception cref="ComponentUnavailableException">There is no generation to call.</exception>
    public abstract RoutedCall Begin(ContractMethod method, RoutingKey key);

    /// <summary>The routed way for an asynchronous call: as <see cref="Begin"/>, without blocking a thread.</summary>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key; the default for none.</param>
    /// <param name="cancellationToken">The call's own token.</param>
    /// <exception cref="ComponentUnavailableException">There is no generation to call.</exception>
    public abstract ValueTask<RoutedCall> BeginAsync(ContractMethod method, RoutingKey key, CancellationToken cancellationToken);
}
