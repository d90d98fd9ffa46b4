using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>Sorts latencies into levels, whose ends are quantiles of what the baseline did before. Not thread-safe.</summary>
/// <remarks>
/// The ends come from before the block that they are used for, so that nothing in it decides how it is looked at. Where
/// there is nothing from before, those of the first block come from that block itself, both sides together, which chance does
/// not see either. They come from the baseline alone, so that the harm that is looked for does not move them.
/// </remarks>
internal sealed class LatencyLevels
{
    private LatencySketch _before = LatencySketch.Empty;

    /// <summary>Takes calls of the baseline in from before there is anything to compare.</summary>
    public void Learn(LatencySketch baseline) => _before = _before.Merge(baseline);

    /// <summary>How often each level has each side's calls of a block; adds the baseline's to what was before.</summary>
    public Block Sort(LatencySketch candidate, LatencySketch baseline)
    {
        var ends = Ends(_before.Count > 0 ? _before : candidate.Merge(baseline));
        var block = new Block(Count(candidate, ends), Count(baseline, ends));
        Learn(baseline);
        return block;
    }

    /// <summary>The last bucket of each level but the uppermost.</summary>
    private static int[] Ends(LatencySketch calls)
    {
        var shares = CallBets.LevelEnds;
        var ends = new int[shares.Length];
        long below = 0;
        var level = 0;
        foreach (var bucket in calls.Buckets)
        {
            below += bucket.Count;
            while (level < shares.Length && below >= shares[level] * calls.Count)
            {
                ends[level++] = bucket.Index;
            }
        }

        return ends;
    }

    private static long[] Count(LatencySketch calls, int[] ends)
    {
        var counts = new long[ends.Length + 1];
        var level = 0;
        foreach (var bucket in calls.Buckets)
        {
            while (level < ends.Length && bucket.Index > ends[level])
            {
                level++;
            }

            counts[level] += bucket.Count;
        }

        return counts;
    }
}
