namespace Theseus.Control.Analysis;

/// <summary>
/// The calls of both sides in one stretch of time, by level from the best to the worst. Within it the calls are taken to be
/// exchangeable if the versions are the same: which of them were the candidate's was chance.
/// </summary>
internal sealed class Block
{
    /// <summary>Makes a block.</summary>
    /// <param name="candidate">The candidate's calls, by level.</param>
    /// <param name="baseline">The baseline's calls, by level.</param>
    public Block(long[] candidate, long[] baseline)
    {
        Candidate = candidate;
        Pooled = new long[candidate.Length];
        for (var level = 0; level < candidate.Length; level++)
        {
            Pooled[level] = checked(candidate[level] + baseline[level]);
            CandidateCalls += candidate[level];
            BaselineCalls += baseline[level];
        }
    }

    /// <summary>The candidate's calls, by level.</summary>
    public long[] Candidate { get; }

    /// <summary>The calls of both sides, by level.</summary>
    public long[] Pooled { get; }

    /// <summary>The candidate's calls.</summary>
    public long CandidateCalls { get; }

    /// <summary>The baseline's calls.</summary>
    public long BaselineCalls { get; }
}
