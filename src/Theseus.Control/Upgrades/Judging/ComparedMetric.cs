namespace Theseus.Control.Upgrades;

/// <summary>How a metric of the candidate stands.</summary>
public enum MetricStanding
{
    /// <summary>There is nothing to compare it with, and it has no limit.</summary>
    NotCompared,

    /// <summary>Nothing is shown yet.</summary>
    Open,

    /// <summary>It is shown to be worse than the baseline's, by more than what matters.</summary>
    Worse,

    /// <summary>Its limit is shown to be broken.</summary>
    LimitBroken,

    /// <summary>It is shown to be no worse than matters.</summary>
    AsGood,

    /// <summary>It is worse, and was on these nodes before they had the candidate.</summary>
    DifferedBefore,

    /// <summary>Too few values came, or none, for anything to be shown.</summary>
    TooLittle,

    /// <summary>It is one and the same value all the time, on both sides.</summary>
    StandsStill,
}

/// <summary>One metric's comparison. Immutable.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Capital">The evidence that it is worse, or its limit broken: the larger of the two.</param>
/// <param name="Proof">What capital is proof.</param>
public sealed record ComparedMetric(string Metric, MetricStanding Standing, double Capital, double Proof)
{
    /// <summary>What follows when it is worse.</summary>
    public MetricThen Then { get; init; }

    /// <summary>The candidate's mean in the last stretch; null before there was one.</summary>
    public double? Candidate { get; init; }

    /// <summary>The baseline's.</summary>
    public double? Baseline { get; init; }

    /// <summary>How many stretches were compared.</summary>
    public long Stretches { get; init; }

    /// <summary>In how many of them it was worse by more than what matters, or past its limit.</summary>
    public long WorseStretches { get; init; }

    /// <summary>How many values make a stretch.</summary>
    public int StretchLength { get; init; }

    /// <summary>All of that in words.</summary>
    public string Why { get; init => field = value ?? ""; } = "";
}
