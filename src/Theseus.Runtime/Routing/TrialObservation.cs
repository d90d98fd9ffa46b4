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

    /// <summary>The copies by method, those first of which more were answered differently or failed; none for a method without a copy.</summary>
    public IReadOnlyList<ShadowedMethod> ShadowedMethods { get; init => field = value ?? []; } = [];

    /// <summary>The copies that were dropped because the candidate did not keep up.</summary>
    public required long ShadowDropped { get; init; }

    /// <summary>The first failures and mismatches, in words.</summary>
    public required IReadOnlyList<string> Examples { get; init; }
}

/// <summary>The copies of one method's calls that a candidate was given.</summary>
/// <param name="Method">The method, with its parameter types.</param>
/// <param name="Compared">The copies that it answered and whose answers were compared.</param>
/// <param name="Different">How many of these it answered differently.</param>
/// <param name="Failed">The copies that it failed.</param>
/// <param name="Samples">The first few that it answered differently or failed, in words: the stable version's answer, then its own.</param>
public sealed record ShadowedMethod(string Method, long Compared, long Different, long Failed, IReadOnlyList<string> Samples);

/// <summary>One side of a trial.</summary>
/// <param name="Calls">The calls it took.</param>
/// <param name="Failures">How many of them failed, and the caller was told.</param>
/// <param name="MedianLatency">The median time that a call took, at most 12.5 % too high; zero without calls.</param>
/// <param name="P99Latency">The time that 99 % of the calls did not exceed, likewise.</param>
public sealed record TrialSideObservation(long Calls, long Failures, TimeSpan MedianLatency, TimeSpan P99Latency);
