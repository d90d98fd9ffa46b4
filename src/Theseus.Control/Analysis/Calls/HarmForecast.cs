using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>
/// Tells beforehand how many calls it takes to see a harm: the capital that is put on the bet that the harm makes grow
/// fastest has to grow from its stake to what is proof. Its mean growth for a call is that of one block of very many calls,
/// which are as many as are expected (Kelly, "A new interpretation of information rate", 1956).
/// </summary>
internal static class HarmForecast
{
    private const double Many = 1e7;

    /// <summary>How many calls of both sides it takes, about, from when the candidate gets its first; null when they would never show it.</summary>
    /// <param name="before">What the stable version's calls are like; without any nothing can be told.</param>
    /// <param name="share">The candidate's share of the calls that are compared, above 0 and below 1.</param>
    /// <param name="harm">The harm.</param>
    /// <param name="error">The chance of a false alarm that is allowed, above 0 and below 1.</param>
    /// <param name="stake">The part of the whole capital that is on this method; above 0, at most 1.</param>
    public static long? CallsToSee(SideCalls before, double share, StatedHarm harm, double error, double stake = 1)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(harm);
        if (before.Calls == 0)
        {
            return null;
        }

        var baseline = Times(before, Many * (1 - share) / before.Calls);
        var candidate = harm.Of(Times(before, Many * share / before.Calls));
        var levels = new LatencyLevels();
        levels.Learn(before.Latency);
        var answers = new Block([candidate.Answered, candidate.Failures], [baseline.Answered, baseline.Failures]);
        var latencies = levels.Sort(candidate.Latency, baseline.Latency);
        var calls = CallBets.Failures.Select(bet => (Bet: bet, Block: answers)).Concat(CallBets.Latency.Select(bet => (Bet: bet, Block: latencies)))
            .Select(one => (Growth: one.Bet.LogReturn(one.Block) / (candidate.Calls + baseline.Calls), one.Bet.Stake))
            .Where(one => one.Growth > 0)
            .Select(one => -Math.Log(error * stake / 2 * one.Stake * Capital.AtOnce) / one.Growth)
            .DefaultIfEmpty(double.PositiveInfinity)
            .Min();
        return calls < long.MaxValue / 2 ? (long)Math.Ceiling(calls) : null;
    }

    private static SideCalls Times(SideCalls calls, double times) => new(
        (long)Math.Round(calls.Failures * times),
        LatencySketch.FromBuckets([.. calls.Latency.Buckets.Select(bucket => bucket with { Count = (long)Math.Round(bucket.Count * times) }).Where(bucket => bucket.Count > 0)]))
    {
        Untimed = (long)Math.Round(calls.Untimed * times),
    };
}
