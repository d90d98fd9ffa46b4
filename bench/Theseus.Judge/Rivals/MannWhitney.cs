namespace Theseus.JudgeBench.Rivals;

/// <summary>The test of Mann and Whitney (1947), by its normal approximation with correction for ties.</summary>
internal static class MannWhitney
{
    /// <summary>By how many standard deviations the candidate's values are higher than chance would have them; 0 where there is nothing to compare.</summary>
    public static double Z(List<double> candidate, List<double> baseline)
    {
        var (m, n) = (candidate.Count, baseline.Count);
        var all = candidate.Select(value => (Value: value, IsCandidate: true)).Concat(baseline.Select(value => (Value: value, IsCandidate: false))).ToArray();
        Array.Sort(all, (one, other) => one.Value.CompareTo(other.Value));
        double ranks = 0, ties = 0;
        for (var from = 0; from < all.Length;)
        {
            var to = from;
            var candidates = 0;
            for (; to < all.Length && all[to].Value == all[from].Value; to++)
            {
                candidates += all[to].IsCandidate ? 1 : 0;
            }

            double equal = to - from;
            ranks += candidates * (from + (equal + 1) / 2);
            ties += equal * equal * equal - equal;
            from = to;
        }

        double all2 = m + n;
        var variance = m * (double)n / 12 * (all2 + 1 - ties / (all2 * (all2 - 1)));
        return variance > 0 ? (ranks - m * (m + 1) / 2.0 - m * (double)n / 2) / Math.Sqrt(variance) : 0;
    }
}
