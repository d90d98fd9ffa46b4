using System.Text.Json.Serialization;
using Theseus.Fleet;

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
public sealed record WaveVerdict(int Wave, WaveJudgement Judgement, string Rule, string Evidence)
{
    /// <summary>Of <see cref="WaveJudgement.Pass"/>: whether the wave may end before its time, since all that matters is ruled out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayEndWave { get; init; }

    /// <summary>The calls that were copied to the new release, by method and over all nodes of the wave, those first that differ; null where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShadowedCalls>? Shadowed { get; init; }

    /// <summary>The comparison of the calls that it rests on; null where none were compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ComparedCalls? Compared { get; init; }
}
