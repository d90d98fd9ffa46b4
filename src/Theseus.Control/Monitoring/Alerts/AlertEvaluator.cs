namespace Theseus.Control.Monitoring;

/// <summary>How a rule stands with one subject.</summary>
internal enum AlertPhase
{
    /// <summary>Nothing is wrong.</summary>
    Quiet,

    /// <summary>It is bad, and not for long enough.</summary>
    Pending,

    /// <summary>The alert is raised.</summary>
    Raised,

    /// <summary>It is raised, and good again, and not for long enough.</summary>
    Clearing,
}

/// <summary>How a rule stands with one subject, and since when. Immutable.</summary>
internal readonly record struct AlertStanding(AlertPhase Phase, DateTimeOffset Since)
{
    /// <summary>Whether an alert is raised.</summary>
    public bool IsRaised => Phase is AlertPhase.Raised or AlertPhase.Clearing;
}

/// <summary>
/// Says what a rule makes of a value. Pure: what was and what is seen now decide alone.
/// </summary>
/// <remarks>
/// Two things keep a value that wavers from being many alerts: the band between the two thresholds, in which nothing changes
/// (a Schmitt trigger), and the times for which it has to be bad, and good, without a break.
/// </remarks>
internal static class AlertEvaluator
{
    /// <summary>What a window comes to; null for no value.</summary>
    public static double? Aggregate(AlertAggregate aggregate, IReadOnlyList<MetricPoint> points) => points.Count == 0
        ? null
        : aggregate switch
        {
            AlertAggregate.Last => points[^1].Value,
            AlertAggregate.Average => points.Average(point => point.Value),
            AlertAggregate.Minimum => points.Min(point => point.Value),
            AlertAggregate.Maximum => points.Max(point => point.Value),
            AlertAggregate.Increase => points[^1].Value - points[0].Value,
            _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, "No such aggregate."),
        };

    /// <summary>How it stands now.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="before">How it stood at the look before.</param>
    /// <param name="value">What the window comes to now; null for no value.</param>
    /// <param name="now">Now. A clock that was set back counts as one that stands.</param>
    public static AlertStanding Next(AlertRule rule, AlertStanding before, double? value, DateTimeOffset now)
    {
        var (isBad, isGood) = Sides(rule, value);
        return before.Phase switch
        {
            AlertPhase.Quiet or AlertPhase.Pending when !isBad => new(AlertPhase.Quiet, before.Phase == AlertPhase.Quiet ? before.Since : now),
            AlertPhase.Quiet => Reached(rule.RaiseAfter, now) ? new(AlertPhase.Raised, now) : new(AlertPhase.Pending, now),
            AlertPhase.Pending => Reached(rule.RaiseAfter, before.Since) ? new(AlertPhase.Raised, now) : before,
            _ when !isGood => new(AlertPhase.Raised, before.Phase == AlertPhase.Raised ? before.Since : now),
            AlertPhase.Raised => Reached(rule.ClearAfter, now) ? new(AlertPhase.Quiet, now) : new(AlertPhase.Clearing, now),
            _ => Reached(rule.ClearAfter, before.Since) ? new(AlertPhase.Quiet, now) : before,
        };

        bool Reached(TimeSpan wanted, DateTimeOffset since) => now - since >= wanted;
    }

    // What is in between is neither. A value that is no number is none.
    private static (bool IsBad, bool IsGood) Sides(AlertRule rule, double? value)
    {
        if (value is not { } known || double.IsNaN(known))
        {
            return (rule.WithoutData == AlertWithoutData.Raise, rule.WithoutData == AlertWithoutData.Clear);
        }

        var clear = rule.ClearThreshold ?? rule.Threshold;
        return rule.Comparison == AlertComparison.Above ? (known > rule.Threshold, known <= clear) : (known < rule.Threshold, known >= clear);
    }
}
