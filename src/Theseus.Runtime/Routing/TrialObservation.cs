namespace Theseus.Runtime;

/// <summary>What was seen of a candidate on trial up to one moment. Immutable.</summary>
public sealed record TrialObservation
{
    /// <summary>How long the trial has been going on.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The calls that the candidate took itself; without the shielded ones.</summary>
    public required TrialSideObservation Candidate { get; init; }

    /// <summary>The calls that the stable version took meanwhile; none when the candidate has all traffic.</summary>
    public required TrialSideObservation Stable { get; init; }

    /// <summary>
    /// The calls that the stable version took right before the trial, to compare with where it took too few meanwhile; where
    /// it took too few then as well, all those since they are counted, if they are. Null when none were measured.
    /// </summary>
    public TrialSideObservation? Before { get; init; }

    /// <summary>The calls that failed on the candidate and were then answered by the stable version: failures that are the candidate's, proven.</summary>
    public required long ShieldedCalls { get; init; }

    /// <summary>The calls that failed on the candidate and on the stable version too.</summary>
    public required long FailedOnBoth { get; init; }

    /// <summary>Failures outside calls: background work that faulted, health checks that said no.</summary>
    public required long Faults { get; init; }

    /// <summary>The copies that the candidate answered and whose answers were compared.</summary>
    public required long Shadowed { get; init; }

    /// <summary>The copies that the candidate answered differently.</summary>
    public required long ShadowMismatches { get; init; }

    /// <summary>The copies that the candidate failed.</summary>
    public required long ShadowFailures { get; init; }

    /// <summary>The copies that were dropped because the candidate did not keep up.</summary>
    public required long ShadowDropped { get; init; }

    /// <summary>The first failures and mismatches, in words.</summary>
    public required IReadOnlyList<string> Examples { get; init; }
}

/// <summary>One side of a trial.</summary>
/// <param name="Calls">The calls it took.</param>
/// <param name="Failures">How many of them failed, and the caller was told.</param>
/// <param name="MedianLatency">The median time that a call took, at most 12.5 % too high; zero without calls.</param>
/// <param name="P99Latency">The time that 99 % of the calls did not exceed, likewise.</param>
public sealed record TrialSideObservation(long Calls, long Failures, TimeSpan MedianLatency, TimeSpan P99Latency);
