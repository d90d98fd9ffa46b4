namespace Theseus.Control.Upgrades;

/// <summary>What a wave was judged to be.</summary>
public enum WaveJudgement
{
    /// <summary>Nothing speaks against it, and enough was seen.</summary>
    Pass,

    /// <summary>The new release is worse.</summary>
    Fail,

    /// <summary>Too little was seen, so far or at all.</summary>
    Inconclusive,
}

/// <summary>The judgement of a wave, with its evidence. Immutable.</summary>
/// <param name="Wave">The wave, from 0.</param>
/// <param name="Judgement">What it was judged to be.</param>
/// <param name="Rule">The rule that was decisive.</param>
/// <param name="Evidence">What was looked at, and what would have changed the answer, in words.</param>
public sealed record WaveVerdict(int Wave, WaveJudgement Judgement, string Rule, string Evidence);
