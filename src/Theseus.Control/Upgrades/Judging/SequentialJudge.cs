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
        return ValueTask.FromResult(Judge(evidence) with { Shadowed = shadowed.Count > 0 ? shadowed : null, Compared = evidence.Calls.Standing == CallsStanding.NotCompared ? null : evidence.Calls });
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

        return calls.Standing switch
        {
            CallsStanding.AsGood => Say(WaveJudgement.Pass, "as-good-as-baseline", calls.Why) with { MayEndWave = evidence.Elapsed >= evidence.Judging.PassEarlyAfter },
            CallsStanding.Open => Say(WaveJudgement.Pass, health.Rule, $"{health.Evidence} Beside the baseline nothing is shown: {calls.Why}"),
            _ => health,
        };

        WaveVerdict Say(WaveJudgement judgement, string rule, string text) => new(evidence.WaveNumber, judgement, rule, text);
    }
}
