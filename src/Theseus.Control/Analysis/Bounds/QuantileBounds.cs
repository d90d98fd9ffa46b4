using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>Between which latencies a quantile lies: the bounds of its rank, and what a sketch may be off. Pure.</summary>
internal static class QuantileBounds
{
    /// <summary>The bounds in nanoseconds; they hold for all numbers of calls at once. From 0 to infinity where too little was seen.</summary>
    /// <param name="calls">The latencies.</param>
    /// <param name="quantile">The quantile, above 0 and below 1.</param>
    /// <param name="error">The chance that they ever miss.</param>
    public static (double Low, double High) Of(LatencySketch calls, double quantile, double error)
    {
        var ranks = RankBounds.Of(quantile, calls.Count, error);
        return (
            ranks.Low <= 0 || calls.Count == 0 ? 0 : calls.Quantile(ranks.Low)!.Value * (1 - LatencyBuckets.RelativeError),
            ranks.High >= 1 || calls.Count == 0 ? double.PositiveInfinity : calls.Quantile(ranks.High)!.Value * (1 + LatencyBuckets.RelativeError));
    }
}
