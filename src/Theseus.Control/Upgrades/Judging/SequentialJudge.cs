namespace Theseus.Control.Upgrades;

/// <summary>
/// Judges a wave by health first (<see cref="HealthJudge"/>), then by the calls of both releases beside each other: worse is
/// said at once when it is shown, and may be looked for as often as one likes; as good is said only when that is shown too.
/// Pure: the same evidence gives the same verdict.
/// </summary>
public sealed class SequentialJudge : IWaveJudge
{
    private readonly HealthJudge _health;

    /// <summary>Makes one.</summary>
    /// <param name="health">What is asked first; null for the default limits.</param>
    public SequentialJudge(HealthJudge? health = null) => _health = health ?? new HealthJudge();

    /// <inheritdoc/>
    public ValueTask<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var shadowed = HealthJudge.Shadowed(evidence);
        return ValueTask.FromResult(Judge(evidence) with { Shadowed = shadowed.Count > 0 ? shadowed : null, Compared = evidence.Calls is { Standing: CallsStanding.NotCompared, Metrics.Count: 0 } ? null : evidence.Calls });
    }

    private WaveVerdict Judge(WaveEvidence evidence)
    {
        var calls = evidence.Calls;
        var health = _health.Judge(evidence);
        if (health.Judgement == WaveJudgement.Fail)
        {
            return health;
        }

        if (calls.BrokenLimit is { } limit)
        {
            return Say(WaveJudgement.Fail, "limit", limit);
        }

        if (calls.Standing == CallsStanding.Worse)
        {
            return Say(WaveJudgement.Fail, "worse-than-baseline", calls.Why);
        }

        if (Metric(MetricThen.Fail, MetricStanding.Worse, MetricStanding.LimitBroken) is { } harm)
        {
            return Say(WaveJudgement.Fail, "metric", harm);
        }

        if (health.Judgement == WaveJudgement.Inconclusive)
        {
            return health;
        }

        if (calls.IsVetoed)
        {
            return Say(WaveJudgement.Inconclusive, "differed-before", calls.Why);
        }

        if (calls.Missing is { } missing)
        {
            return Say(WaveJudgement.Inconclusive, "too-little-seen", missing);
        }

        if (Metric(MetricThen.Ask, MetricStanding.Worse, MetricStanding.LimitBroken) is { } asked)
        {
            return Say(WaveJudgement.Inconclusive, "metric", asked);
        }

        if (Metric(null, MetricStanding.DifferedBefore, MetricStanding.TooLittle, MetricStanding.StandsStill) is { } unknown)
        {
            return Say(WaveJudgement.Inconclusive, "metric-not-seen", unknown);
        }

        return calls.Standing switch
        {
            CallsStanding.AsGood when calls.Metrics.All(one => one.Then == MetricThen.Tell || one.Standing is MetricStanding.AsGood or MetricStanding.NotCompared) => Say(WaveJudgement.Pass, "as-good-as-baseline", calls.Why) with { MayEndWave = evidence.Elapsed >= evidence.Judging.PassEarlyAfter },
            CallsStanding.AsGood => Say(WaveJudgement.Pass, health.Rule, $"{health.Evidence} {calls.Why}"),
            CallsStanding.Open => Say(WaveJudgement.Pass, health.Rule, $"{health.Evidence} Beside the baseline nothing is shown: {calls.Why}"),
            _ => health,
        };

        // What is only told decides nothing.
        string? Metric(MetricThen? then, params ReadOnlySpan<MetricStanding> standings)
        {
            foreach (var one in calls.Metrics)
            {
                if (one.Then != MetricThen.Tell && (then is null || one.Then == then) && standings.Contains(one.Standing))
                {
                    return one.Why;
                }
            }

            return null;
        }

        WaveVerdict Say(WaveJudgement judgement, string rule, string text) => new(evidence.WaveNumber, judgement, rule, text);
    }
}
