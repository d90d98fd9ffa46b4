using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench.Rivals;

/// <summary>Looks at calls one after another, and says once that the candidate is worse.</summary>
internal interface IDetector
{
    /// <summary>Looks at one more call.</summary>
    /// <returns>Whether it says so now.</returns>
    bool Look(Call call);
}
