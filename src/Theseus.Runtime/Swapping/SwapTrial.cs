using Theseus.Packaging;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// The trial of one swap: which share of the calls the candidate gets, what is seen of it, and what comes of that. Orders
/// and questions may come from any thread at any time; the rest is called by the swap alone.
/// </summary>
internal sealed class SwapTrial(SlotParts slot, Generation from, ValidatedRelease validated, SwapOptions options)
{
    private readonly Trial _trial = new((ulong)Random.Shared.NextInt64(), shields: !from.HasMovingState);

    // Guards the route: whoever shifts it must not come after whoever ends it.
    private readonly Lock _routing = new();
    private TrialRoute? _route;
    private Generation? _candidate;
    private long _begun;
    private volatile TrialWatch? _watch;

    /// <summary>Whether the swap has a trial at all.</summary>
    public bool IsAskedFor => options.Trial.Duration > TimeSpan.Zero;

    /// <summary>The generation that is on trial now; null for none.</summary>
    public Generation? Candidate
    {
        get
        {
            lock (_routing)
            {
                return _route is null ? null : _candidate;
            }
        }
    }

    private bool CanSplit => !from.HasMovingState && !validated.Release.Manifest.State.Kind.Moves();

    /// <summary>Why a trial cannot be made as the options ask; null when it can.</summary>
    public string? WhyNot() => IsAskedFor && options.Trial.Share < 1 && !CanSplit
        ? "Calls cannot be split between two generations when the state moves from one to the other; leave Trial.Share at 1, or share the state."
        : null;

    /// <summary>Makes everything ready, so that an order finds the trial from its first call on.</summary>
    public void Prepare(Generation candidate)
    {
        if (IsAskedFor && options.Trial.ShadowFraction > 0)
        {
            _trial.Shadow = new ShadowSink(
                candidate.Leases,
                options.Trial.ShadowFraction,
                options.Trial.ShadowComparison ?? AnswerComparison.AreEqual,
                options.Deadlines.WarmUpCall,
                slot.Setup.Time,
                _trial.Wake);
        }

        _watch = IsAskedFor ? new TrialWatch(_trial, options, slot.Setup.Time) : null;
        slot.Faults.Direct(candidate.Number, _trial);
    }

    /// <summary>Sends callers to the candidate: the point of no return.</summary>
    public void Publish(Generation candidate)
    {
        if (!IsAskedFor)
        {
            slot.Slot.Publish(new SoleRoute(candidate.Leases));
            return;
        }

        _begun = slot.Setup.Time.GetTimestamp();
        lock (_routing)
        {
            _candidate = candidate;
            _route = new TrialRoute(from.Leases, candidate.Leases, options.Trial.Share, _trial);
            slot.Slot.Publish(_route);
        }
    }

    /// <summary>Gives an order.</summary>
    /// <returns>Whether a trial was going on, and took it.</returns>
    public bool Order(TrialOrder order) => _watch?.Order(order) ?? false;

    /// <summary>Changes the share of calls and of copies, from the next call on.</summary>
    /// <returns>Why not; null when it is done.</returns>
    public string? Shift(double share, double shadowFraction)
    {
        if (share < 1 && !CanSplit)
        {
            return "Calls cannot be split between two generations when the state moves from one to the other.";
        }

        lock (_routing)
        {
            if (_route is not { } route)
            {
                return "No release of the component is on trial.";
            }

            if (shadowFraction > 0 && _trial.Shadow is null)
            {
                return "The trial was begun without copies of calls, and cannot have them later.";
            }

            _trial.Shadow?.SetFraction(shadowFraction);
            _route = new TrialRoute(route.Stable, route.Candidate, share, _trial);
            slot.Slot.Publish(_route);
            return null;
        }
    }

    /// <summary>What is seen of it; null when none is going on.</summary>
    public TrialStatus? Describe()
    {
        TrialRoute? route;
        lock (_routing)
        {
            route = _route;
        }

        return route is null
            ? null
            : new TrialStatus(
                validated.Release.Manifest.Version.ToNormalizedString(),
                validated.Release.Digest,
                route.Share,
                _trial.Shadow?.Fraction ?? 0,
                _trial.Observe(slot.Setup.Time.GetElapsedTime(_begun))) { Settings = validated.Settings };
    }

    /// <summary>Watches the candidate to the trial's end.</summary>
    /// <param name="candidate">The candidate, which callers are on.</param>
    /// <param name="baseline">How the stable version did right before.</param>
    /// <param name="cancellationToken">Takes the candidate back.</param>
    /// <returns>Why the candidate is not to be kept, null when it is; and the verdict.</returns>
    public async Task<(SwapFailedException? Failed, TrialVerdict Verdict)> WatchAsync(Generation candidate, TrialSideObservation baseline, CancellationToken cancellationToken)
    {
        var (order, verdict) = await _watch!.WatchAsync(baseline, token => CheckAsync(candidate, token), cancellationToken).ConfigureAwait(false);
        return (Judge(order, verdict), verdict);
    }

    /// <summary>
    /// Asks the candidate for its health. What the stable generation is not fit for either, at the same moment, is not the
    /// candidate's fault, and only noted: a database that is away, say. Where the state has moved there is no telling, since the
    /// stable one stands still without it.
    /// </summary>
    /// <exception cref="SwapFailedException">It is not fit, or did not answer in time.</exception>
    public async Task CheckAsync(Generation candidate, CancellationToken cancellationToken)
    {
        try
        {
            await slot.Candidates.CheckAsync(candidate, options, cancellationToken).ConfigureAwait(false);
        }
        catch (SwapFailedException failure) when (CanSplit)
        {
            try
            {
                await slot.Candidates.CheckAsync(from, options, cancellationToken).ConfigureAwait(false);
            }
            catch (SwapFailedException)
            {
                _trial.NoteOnce($"{failure.Message} (so says the stable version)");
                return;
            }

            throw;
        }
    }

    /// <summary>Takes no more orders and shifts.</summary>
    public void Close()
    {
        _watch = null;
        lock (_routing)
        {
            _route = null;
            _candidate = null;
        }
    }

    /// <summary>Waits until no more copies of calls are made.</summary>
    public async Task StopShadowAsync()
    {
        if (_trial.Shadow is { } shadow)
        {
            await shadow.StopAsync().ConfigureAwait(false);
        }
    }

    private SwapFailedException? Judge(TrialOrder? order, TrialVerdict verdict) => (order, verdict.Kind) switch
    {
        (TrialOrder.TakeBack, _) => new(SwapReason.TakenBack, "It was taken back on request, during its trial."),
        (TrialOrder.Confirm, _) => null,
        (_, VerdictKind.Fail) => new(SwapReason.TrialFailed, $"The trial failed by the rule '{verdict.Rule}': {verdict.Detail}"),
        (_, VerdictKind.Inconclusive) when options.Trial is { MinimumCalls: > 0, WhenInconclusive: InconclusiveAction.RollBack } =>
            new(SwapReason.TrialInconclusive, $"The trial was inconclusive: {verdict.Detail}"),
        _ when options.Trial.NeedsOrder => new(SwapReason.NotConfirmed, $"Nobody confirmed it within {options.Trial.Duration}, and only an order was to confirm it."),
        _ => null,
    };
}
