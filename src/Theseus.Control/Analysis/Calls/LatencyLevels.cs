namespace Theseus.Control.Analysis;

/// <summary>Sorts latencies into levels, whose ends are quantiles of what the baseline did before. Not thread-safe.</summary>
/// <remarks>
/// The ends come from before the block that they are used for, so that nothing in it decides how it is looked at. Where
/// there is nothing from before, those of the first block come from that block itself, both sides together, which chance does
/// not see either. They come from the baseline alone, so that the harm that is looked for does not move them.
/// </remarks>
internal sealed class LatencyLevels(int buckets)
{
    private readonly long[] _before = new long[buckets];
    private long _calls;

    /// <summary>Takes calls of the baseline in from before there is anything to compare.</summary>
    public void Learn(IEnumerable<(int Bucket, long Count)> baseline)
    {
        foreach (var (bucket, count) in baseline)
        {
            _before[bucket] += count;
            _calls += count;
        }
    }

    /// <summary>How often each level has each side's calls of a block; adds the baseline's to what was before.</summary>
    public Block Sort(long[] candidate, long[] baseline)
    {
        var block = _calls > 0
            ? new Block(Count(candidate, _before, _calls), Count(baseline, _before, _calls))
            : Within(candidate, baseline);
        for (var bucket = 0; bucket < _before.Length; bucket++)
        {
            _before[bucket] += baseline[bucket];
            _calls += baseline[bucket];
        }

        return block;
    }

    private static Block Within(long[] candidate, long[] baseline)
    {
        long[] both = [.. candidate.Zip(baseline, (one, other) => one + other)];
        return new Block(Count(candidate, both, both.Sum()), Count(baseline, both, both.Sum()));
    }

    private static long[] Count(long[] latencies, long[] before, long calls)
    {
        var ends = CallBets.LevelEnds;
        var counts = new long[ends.Length + 1];
        long below = 0;
        var level = 0;
        for (var bucket = 0; bucket < latencies.Length; bucket++)
        {
            counts[level] += latencies[bucket];
            below += before[bucket];
            while (level < ends.Length && below >= ends[level] * calls)
            {
                level++;
            }
        }

        return counts;
    }
}
