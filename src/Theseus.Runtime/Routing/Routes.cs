using Theseus.Calls;

namespace Theseus.Runtime.Routing;

/// <summary>Nothing to call.</summary>
internal sealed class EmptyRoute(string reason) : RoutingSnapshot(sole: null)
{
    /// <summary>Why, and what to do, for the caller's exception.</summary>
    public string Reason { get; } = reason;
}

/// <summary>Every call to one generation, with nothing to measure: the only route that callers take on the fast way.</summary>
internal sealed class SoleRoute(GenerationLeases leases) : RoutingSnapshot(leases)
{
    public GenerationLeases Leases { get; } = leases;
}

/// <summary>Every call to one generation, each counted and timed: what is published in the place of a <see cref="SoleRoute"/> while somebody looks.</summary>
internal sealed class MeasuredRoute(GenerationLeases leases) : RoutingSnapshot(sole: null, measured: leases)
{
    public GenerationLeases Leases { get; } = leases;
}

/// <summary>Every call to one generation, and the first of them noted, to warm up a candidate with.</summary>
internal sealed class RecordingRoute(GenerationLeases leases, CallRecorder recorder) : RoutingSnapshot(sole: null)
{
    public GenerationLeases Leases { get; } = leases;

    public CallRecorder Recorder { get; } = recorder;
}

/// <summary>Callers wait: state is being handed over. Ended within a bound by whoever published it.</summary>
internal sealed class HeldRoute(GenerationLeases draining) : RoutingSnapshot(sole: null)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The generation that is being emptied. A synchronous call that one of its own calls makes is let in.</summary>
    public GenerationLeases Draining { get; } = draining;

    /// <summary>Completes when another route has been published.</summary>
    public Task Ended => _ended.Task;

    public void End() => _ended.TrySetResult();
}

/// <summary>A candidate on trial: it gets a share of the calls, or copies of them.</summary>
internal sealed class TrialRoute : RoutingSnapshot
{
    // What makes one trial's split differ from another's, so that the same keys are not always the first to be tried.
    private readonly ulong _salt;

    public TrialRoute(GenerationLeases stable, GenerationLeases candidate, double share, Trial trial)
        : base(sole: null)
    {
        Stable = stable;
        Candidate = candidate;
        Share = share;
        Trial = trial;
        _salt = trial.Salt;
    }

    public GenerationLeases Stable { get; }

    public GenerationLeases Candidate { get; }

    /// <summary>The candidate's share of calls, from 0 to 1.</summary>
    public double Share { get; }

    public Trial Trial { get; }

    /// <summary>Whether a call goes to the candidate. Equal keys give equal answers, and a growing share only ever adds keys.</summary>
    public bool TakesCandidate(RoutingKey key)
    {
        if (Share >= 1)
        {
            return true;
        }

        return Share > 0 && (key.HasValue ? key.Position(_salt) : Random.Shared.NextDouble()) < Share;
    }
}
