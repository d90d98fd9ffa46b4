using Theseus.Calls;

namespace Theseus.Runtime.Routing;

/// <summary>
/// A slot whose routes this host publishes. Calls read the route without a lock; routes are published by one writer at
/// a time, the slot's controller.
/// </summary>
/// <param name="component">The component.</param>
/// <param name="time">The host's clock.</param>
/// <param name="longestHold">The longest that a call is ever held back; null for the 60 s that every host has.</param>
internal sealed class ComponentSlot(string component, TimeProvider time, TimeSpan? longestHold = null)
    : Slot(component, new EmptyRoute("its first release has not been loaded yet; wait until the host has started"))
{
    // Holds are bounded far below it; this is the last resort.
    private readonly TimeSpan _longestHold = longestHold ?? TimeSpan.FromSeconds(60);

    private readonly Lock _publishing = new();
    private volatile bool _measures;
    private bool[] _synchronous = [];

    /// <summary>The contract's methods, by number. Set once, before the slot is first called.</summary>
    public IReadOnlyList<ContractMethod> Methods { get; private set; } = [];

    /// <summary>The host's clock.</summary>
    public TimeProvider Time { get; } = time;

    public RoutingSnapshot Current => Route;

    /// <summary>Which calls are timed while calls are measured.</summary>
    public CallSampling Sampling { get; } = new();

    public void SetMethods(IReadOnlyList<ContractMethod> methods)
    {
        Methods = methods;
        _synchronous = [.. methods.Select(method => method.IsSynchronous)];
    }

    /// <summary>Publishes a route: the one write by which callers are redirected. While calls are measured, a sole route is published as a measured one.</summary>
    public void Publish(RoutingSnapshot route)
    {
        lock (_publishing)
        {
            var before = Route;
            Route = _measures && route is SoleRoute { Leases: { Meter: not null } leases } ? new MeasuredRoute(leases) : route;
            (before as HeldRoute)?.End();
        }
    }

    /// <summary>
    /// Counts calls from now on, or no more. Where calls go is not changed by it, so it may come at any time: a sole or
    /// measured route is made anew as the other, and every other route has each of its calls look whether it is counted.
    /// </summary>
    /// <param name="timeOneIn">One in how many calls is timed; null to count none.</param>
    public void Measure(int? timeOneIn)
    {
        lock (_publishing)
        {
            Sampling.TimeOneIn(timeOneIn ?? 1);
            _measures = timeOneIn is not null;
            if (_measures && Route is SoleRoute { Leases: { Meter: not null } leases })
            {
                Route = new MeasuredRoute(leases);
            }
            else if (!_measures && Route is MeasuredRoute measured)
            {
                Route = new SoleRoute(measured.Leases);
            }
        }
    }

    /// <summary>Whether calls are counted now.</summary>
    public bool IsMeasured
    {
        get
        {
            lock (_publishing)
            {
                return _measures;
            }
        }
    }

    /// <inheritdoc/>
    public override RoutedCall Begin(ContractMethod method, RoutingKey key)
    {
        while (true)
        {
            var route = Route;
            if (route is HeldRoute held && !IsInside(held))
            {
                WaitForEnd(held);
                continue;
            }

            if (TryBegin(route, method, key, CancellationToken.None) is { } call)
            {
                return call;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<RoutedCall> BeginAsync(ContractMethod method, RoutingKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            var route = Route;
            if (route is HeldRoute held && !IsInside(held))
            {
                await WaitForEndAsync(held, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (TryBegin(route, method, key, cancellationToken) is { } call)
            {
                return call;
            }
        }
    }

    /// <summary>Takes a lease on the generation that the route names for this call. Null when the route moved on meanwhile.</summary>
    private SlotCall? TryBegin(RoutingSnapshot route, ContractMethod method, RoutingKey key, CancellationToken cancellationToken)
    {
        switch (route)
        {
            case SoleRoute sole:
                return TryEnter(route, sole.Leases, method.Index) ? new SlotCall(this, method, sole.Leases, meter: null, cancellationToken) : null;

            case MeasuredRoute measured:
                return TryEnter(route, measured.Leases, method.Index) ? new SlotCall(this, method, measured.Leases, measured.Leases.Meter, cancellationToken) : null;

            case RecordingRoute recording:
                return TryEnter(route, recording.Leases, method.Index)
                    ? new SlotCall(this, method, recording, MeterOf(recording.Leases), cancellationToken)
                    : null;

            case TrialRoute trial:
                var leases = trial.TakesCandidate(key) ? trial.Candidate : trial.Stable;
                return TryEnter(route, leases, method.Index)
                    ? new SlotCall(this, method, leases, trial, MeterOf(leases), cancellationToken)
                    : null;

            case HeldRoute held:
                // A synchronous call from inside the generation that is being emptied: its outer call, on this very
                // thread, holds the drain open until we return, so the generation cannot go away, and making it wait
                // would be waiting for ourselves.
                held.Draining.CountIn(method.Index);
                return new SlotCall(this, method, held.Draining, MeterOf(held.Draining), cancellationToken);

            case EmptyRoute empty:
                throw new ComponentUnavailableException(Component, empty.Reason);

            default:
                throw new InvalidOperationException($"A route of type {route.GetType()} was published, which is unknown here.");
        }
    }

    private CallMeter? MeterOf(GenerationLeases leases) => _measures ? leases.Meter : null;

    private bool IsInside(HeldRoute held) => held.Draining.SynchronousDepth(_synchronous) > 0;

    private void WaitForEnd(HeldRoute held)
    {
        // Not by the host's clock, whose timers need a thread of the pool: callers that are held may have them all.
        if (!held.Ended.Wait(_longestHold))
        {
            throw HeldTooLong();
        }
    }

    private async Task WaitForEndAsync(HeldRoute held, CancellationToken cancellationToken)
    {
        try
        {
            await held.Ended.WaitAsync(_longestHold, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw HeldTooLong();
        }
    }

    private ComponentUnavailableException HeldTooLong() =>
        new(Component, $"calls have been held back for over {_longestHold.TotalSeconds:0.###} s by a hand-over of state that should have been given up; please report this");
}
