namespace Theseus.Runtime;

/// <summary>
/// A trial's verdict as a record keeps it: the rule, what it said, and the numbers that it looked at. Immutable. Names are
/// text, so that a record of a later version's can be read.
/// </summary>
public sealed record RecordedVerdict
{
    private const int ExamplesKept = 3;
    private const int LongestText = 500;

    /// <summary>The verdict: the name of a <see cref="VerdictKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The rule that decided: a stable name.</summary>
    public required string Rule { get; init; }

    /// <summary>What the rule saw, and what would have changed its answer.</summary>
    public required string Detail { get; init; }

    /// <summary>How long the trial had been going on.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The calls that the candidate took itself.</summary>
    public TrialSideObservation? Candidate { get; init; }

    /// <summary>The calls that the stable version took meanwhile; null when it took none.</summary>
    public TrialSideObservation? Stable { get; init; }

    /// <summary>The calls that the stable version took right before the trial; null when none were measured.</summary>
    public TrialSideObservation? Before { get; init; }

    /// <summary>The calls that failed on the candidate and were answered by the stable version.</summary>
    public long ShieldedCalls { get; init; }

    /// <summary>The calls that failed on both.</summary>
    public long FailedOnBoth { get; init; }

    /// <summary>Failures outside calls.</summary>
    public long Faults { get; init; }

    /// <summary>The copies that were compared.</summary>
    public long Shadowed { get; init; }

    /// <summary>The copies that the candidate answered differently.</summary>
    public long ShadowMismatches { get; init; }

    /// <summary>The copies that the candidate failed.</summary>
    public long ShadowFailures { get; init; }

    /// <summary>The copies that were dropped because the candidate did not keep up.</summary>
    public long ShadowDropped { get; init; }

    /// <summary>The first three failures and mismatches at most, in words.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>What a record keeps of a verdict; null of none.</summary>
    internal static RecordedVerdict? Of(TrialVerdict? verdict) => verdict is null ? null : new()
    {
        Kind = verdict.Kind.ToString(),
        Rule = verdict.Rule,
        Detail = Cut(verdict.Detail),
        Elapsed = verdict.Evidence.Elapsed,
        Candidate = verdict.Evidence.Candidate,
        Stable = Measured(verdict.Evidence.Stable),
        Before = Measured(verdict.Evidence.Before),
        ShieldedCalls = verdict.Evidence.ShieldedCalls,
        FailedOnBoth = verdict.Evidence.FailedOnBoth,
        Faults = verdict.Evidence.Faults,
        Shadowed = verdict.Evidence.Shadowed,
        ShadowMismatches = verdict.Evidence.ShadowMismatches,
        ShadowFailures = verdict.Evidence.ShadowFailures,
        ShadowDropped = verdict.Evidence.ShadowDropped,
        Examples = [.. verdict.Evidence.Examples.Take(ExamplesKept).Select(Cut)],
    };

    private static TrialSideObservation? Measured(TrialSideObservation? side) => side is { Calls: > 0 } ? side : null;

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] + "…" : text;
}
