namespace Theseus.Control.Analysis;

/// <summary>Between which ranks of what was seen, as shares of it from 0 to 1, a quantile of the distribution behind it lies. Immutable.</summary>
/// <param name="Low">The lower rank; 0 where nothing bounds the quantile from below yet.</param>
/// <param name="High">The upper rank; 1 where nothing bounds it from above yet.</param>
internal readonly record struct RankBounds(double Low, double High)
{
    /// <summary>
    /// A confidence sequence: the bounds hold for all numbers of calls at once. How many calls do not exceed the quantile is
    /// a sum of Bernoulli variables with a known share, which is what makes a sequence for quantiles of one for shares
    /// (Howard and Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm
    /// identification", Bernoulli 28(3), 2022); the bound is that of <see cref="BernoulliWealth"/>. For calls whose latencies
    /// are alike and independent.
    /// </summary>
    /// <param name="quantile">Which quantile, above 0 and below 1.</param>
    /// <param name="calls">How many calls there were; without any, nothing is bounded.</param>
    /// <param name="error">The chance that the bounds ever miss the quantile, above 0 and below 1.</param>
    public static RankBounds Of(double quantile, long calls, double error)
    {
        if (calls == 0)
        {
            return new(0, 1);
        }

        var allowed = BernoulliWealth.Allowed(calls, error);
        return new(
            BernoulliWealth.Last(quantile, 0, rank => BernoulliWealth.Divergence(rank, quantile) <= allowed),
            BernoulliWealth.Last(quantile, 1, rank => BernoulliWealth.Divergence(rank, quantile) <= allowed));
    }
}
