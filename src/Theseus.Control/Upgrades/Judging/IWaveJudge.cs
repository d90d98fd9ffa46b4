using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What is seen of a wave at one moment. Immutable.</summary>
public sealed record WaveEvidence
{
    /// <summary>The upgrade.</summary>
    public required string Upgrade { get; init; }

    /// <summary>The component's move.</summary>
    public required UpgradeMove Move { get; init; }

    /// <summary>The wave, from 0.</summary>
    public required int WaveNumber { get; init; }

    /// <summary>The wave.</summary>
    public required PlanWave Wave { get; init; }

    /// <summary>How long it has been watched.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What each of its nodes last said of the component: those that were heard of.</summary>
    public required IReadOnlyList<ComponentReport> Nodes { get; init; }

    /// <summary>By what the upgrade's waves are judged.</summary>
    public WaveJudging Judging { get; init; } = WaveJudging.Default;

    /// <summary>The comparison of the new release's calls with those of the one from before, so far.</summary>
    public ComparedCalls Calls { get; init; } = ComparedCalls.None;

    /// <summary>
    /// What those of the upgrade's nodes last said that this wave, and every one before it, has left alone: they serve with the
    /// release from before, at the same time. Empty where the wave reaches all that are left.
    /// </summary>
    public IReadOnlyList<ComponentReport> Baseline { get; init; } = [];
}

/// <summary>
/// Judges waves. Asked again and again while a wave is watched: <see cref="WaveJudgement.Fail"/> counts at once,
/// <see cref="WaveJudgement.Pass"/> when the wave's time is over, <see cref="WaveJudgement.Inconclusive"/> then leads to
/// what the plan says. Has to be thread-safe. One that throws is Inconclusive.
/// </summary>
public interface IWaveJudge
{
    /// <summary>Judges.</summary>
    /// <param name="evidence">What is seen now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken);
}
