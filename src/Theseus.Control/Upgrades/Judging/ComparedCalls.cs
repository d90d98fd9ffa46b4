namespace Theseus.Control.Upgrades;

/// <summary>How a release stands beside the one from before, as far as calls tell.</summary>
public enum CallsStanding
{
    /// <summary>There was nothing to compare.</summary>
    NotCompared,

    /// <summary>Nothing is shown yet.</summary>
    Open,

    /// <summary>It is worse, by as much as matters.</summary>
    Worse,

    /// <summary>It is shown to be as good, but for differences that do not matter.</summary>
    AsGood,
}

/// <summary>The comparison of a release's calls with those of the release from before, at the same time. Immutable.</summary>
/// <param name="Standing">How it stands.</param>
/// <param name="Why">What was looked at and what it said, in words.</param>
public sealed record ComparedCalls(CallsStanding Standing, string Why)
{
    /// <summary>How many methods are told one by one, at the most: those with the most capital.</summary>
    public const int MostMethods = 5;

    /// <summary>Nothing was compared.</summary>
    public static ComparedCalls None { get; } = new(CallsStanding.NotCompared, "No calls were compared.");

    /// <summary>What a gambler would have who began with 1, and bet that the release is worse at odds that are fair if it is not; at most the largest number there is. Measures the evidence, over the whole upgrade.</summary>
    public double Capital { get; init; } = 1;

    /// <summary>The capital that is proof.</summary>
    public double Proof { get; init; } = double.MaxValue;

    /// <summary>The release's calls in this wave.</summary>
    public long CandidateCalls { get; init; }

    /// <summary>How many of them failed, or were given up by their callers.</summary>
    public long CandidateFailures { get; init; }

    /// <summary>The calls of the release from before, beside them.</summary>
    public long BaselineCalls { get; init; }

    /// <summary>How many of those failed, or were given up by their callers.</summary>
    public long BaselineFailures { get; init; }

    /// <summary>The absolute limit that is shown to be broken, in words; null for none.</summary>
    public string? BrokenLimit { get; init; }

    /// <summary>What would have to be seen for a wave to pass, and was not, in words; null for nothing.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether the release looks worse, and its nodes did before they had it.</summary>
    public bool IsVetoed { get; init; }

    /// <summary>The methods, those that speak loudest against the release first.</summary>
    public IReadOnlyList<ComparedMethod> Methods { get; init; } = [];

    /// <summary>The metrics that the upgrade is judged by beside the calls, in their order.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; init => field = value ?? []; } = [];
}

/// <summary>One method's comparison. Immutable.</summary>
/// <param name="Method">The contract's method.</param>
/// <param name="CandidateCalls">The release's calls.</param>
/// <param name="BaselineCalls">Those of the release from before.</param>
public sealed record ComparedMethod(string Method, long CandidateCalls, long BaselineCalls)
{
    /// <summary>Its part of the capital.</summary>
    public double Capital { get; init; }

    /// <summary>What its part was in the beginning.</summary>
    public double Stake { get; init; }

    /// <summary>In what the two were compared.</summary>
    public IReadOnlyList<ComparedQuantity> Differences { get; init; } = [];
}

/// <summary>How far two releases are apart in one thing. Immutable.</summary>
/// <param name="What">The thing: <c>failures</c>, as shares of all calls; or a quantile like <c>p95</c>, in nanoseconds.</param>
/// <param name="Candidate">The release's, as seen.</param>
/// <param name="Baseline">That of the release from before, as seen.</param>
/// <param name="Lowest">What the difference is at least: of failures what one share is more than the other, of latencies how many times as long.</param>
/// <param name="Highest">What it is at most; null where nothing bounds it yet.</param>
/// <param name="Margin">From where on it matters.</param>
public sealed record ComparedQuantity(string What, double Candidate, double Baseline, double Lowest, double? Highest, double Margin);
