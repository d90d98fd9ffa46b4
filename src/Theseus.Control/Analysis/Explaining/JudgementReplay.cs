using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>A wave, as it was judged. Immutable.</summary>
/// <param name="Number">The wave, from 0.</param>
/// <param name="Wave">The wave.</param>
/// <param name="Verdict">Its verdict as it is on record; null where it has none.</param>
/// <param name="Moments">What the comparison came to after each piece of evidence.</param>
public sealed record JudgedWave(int Number, PlanWave Wave, WaveVerdict? Verdict, IReadOnlyList<JudgedMoment> Moments)
{
    /// <summary>When it was first shown to be worse; null when it was not.</summary>
    public JudgedMoment? FirstWorse => Moments.FirstOrDefault(one => one.Calls.Standing == CallsStanding.Worse);
}

/// <summary>What a comparison came to at one moment. Immutable.</summary>
/// <param name="At">Until when calls were gathered.</param>
/// <param name="Calls">The comparison.</param>
public sealed record JudgedMoment(DateTimeOffset At, ComparedCalls Calls);

/// <summary>Judges again what is on record. Pure: the same evidence and the same parameters give the same answer.</summary>
public static class JudgementReplay
{
    /// <summary>Goes through the evidence in its order.</summary>
    /// <param name="file">What the upgrade was judged by.</param>
    /// <param name="judging">By what to judge it; null for what it was judged by.</param>
    public static IReadOnlyList<JudgedWave> Of(JudgementFile file, WaveJudging? judging = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var watch = new UpgradeWatch(file.Plan with { Judging = judging ?? file.Plan.Judging });
        var moments = file.Plan.Waves.Select(_ => new List<JudgedMoment>()).ToList();
        foreach (var evidence in file.Evidence)
        {
            watch.Add(evidence);
            if (evidence.Kind == EvidenceKind.Beside)
            {
                moments[evidence.Wave].Add(new(evidence.At, watch.Compare(evidence.Wave)));
            }
        }

        return [.. file.Plan.Waves.Select((wave, number) => new JudgedWave(number, wave, file.Verdicts.FirstOrDefault(verdict => verdict.Wave == number), moments[number]))];
    }
}
