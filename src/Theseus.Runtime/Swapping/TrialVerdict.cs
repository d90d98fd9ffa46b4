namespace Theseus.Runtime;

/// <summary>The kinds of verdict.</summary>
public enum VerdictKind
{
    /// <summary>Good.</summary>
    Pass,

    /// <summary>Not good.</summary>
    Fail,

    /// <summary>Too little was seen to say.</summary>
    Inconclusive,
}

/// <summary>The judgement of a trial, with its evidence.</summary>
/// <param name="Kind">The verdict.</param>
/// <param name="Rule">The rule that decided: a stable name.</param>
/// <param name="Detail">What the rule saw, and what would have changed its answer.</param>
/// <param name="Evidence">What was looked at.</param>
public sealed record TrialVerdict(VerdictKind Kind, string Rule, string Detail, TrialObservation Evidence);
