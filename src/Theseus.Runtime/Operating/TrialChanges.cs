namespace Theseus.Runtime.Operating;

/// <summary>What an operator wants of one trial other than the component is configured for; what is null stays as configured. The default value changes nothing. Immutable.</summary>
public readonly record struct TrialChanges
{
    /// <summary>How long it is: from zero, which confirms at once, to one day.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The candidate's share of calls, from 0 to 1 (<see cref="TrialOptions.Share"/>).</summary>
    public double? Share { get; init; }

    /// <summary>The share of the stable version's calls that are copied to the candidate, from 0 to 1 (<see cref="TrialOptions.ShadowFraction"/>).</summary>
    public double? ShadowFraction { get; init; }

    /// <summary>How many calls a verdict needs, from 0 (<see cref="TrialOptions.MinimumCalls"/>).</summary>
    public long? MinimumCalls { get; init; }

    /// <summary>What is done when the trial is inconclusive (<see cref="TrialOptions.WhenInconclusive"/>).</summary>
    public InconclusiveAction? WhenInconclusive { get; init; }

    internal TrialOptions Over(TrialOptions configured) => configured with
    {
        Duration = Duration ?? configured.Duration,
        Share = Share ?? configured.Share,
        ShadowFraction = ShadowFraction ?? configured.ShadowFraction,
        MinimumCalls = MinimumCalls ?? configured.MinimumCalls,
        WhenInconclusive = WhenInconclusive ?? configured.WhenInconclusive,
    };

    internal IEnumerable<string> Faults()
    {
        if (Duration is { } duration && (duration < TimeSpan.Zero || duration > TimeSpan.FromDays(1)))
        {
            yield return "A trial takes from none to one day.";
        }

        if (Share is not (null or (>= 0 and <= 1)))
        {
            yield return "A candidate's share of calls lies between 0 and 1.";
        }

        if (ShadowFraction is not (null or (>= 0 and <= 1)))
        {
            yield return "The share of calls to copy to a candidate lies between 0 and 1.";
        }

        if (MinimumCalls < 0)
        {
            yield return "A verdict needs no calls, or more.";
        }

        if (WhenInconclusive is { } action && !Enum.IsDefined(action))
        {
            yield return "An inconclusive trial is confirmed or rolled back.";
        }

        if (Duration == TimeSpan.Zero && this != new TrialChanges { Duration = Duration })
        {
            yield return "A trial of no length has no share, no copies and no verdict: give it a length, or leave the others out.";
        }
    }
}
