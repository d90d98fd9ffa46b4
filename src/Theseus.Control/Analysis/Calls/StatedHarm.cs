using System.Globalization;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>A harm of a stated size. Immutable.</summary>
/// <param name="Failures">How much more of all calls fails, as a share: 0.01 for one in a hundred more. From 0 to 1.</param>
/// <param name="Times">How many times as long each call takes; from 1.</param>
internal sealed record StatedHarm(double Failures = 0, double Times = 1)
{
    private static readonly double s_logGamma = Math.Log((1 + LatencyBuckets.RelativeError) / (1 - LatencyBuckets.RelativeError));

    /// <summary>What a row of the stable version's calls would have been with the harm, in the mean.</summary>
    public SideCalls Of(SideCalls calls)
    {
        var fails = Math.Min(1, calls.Calls == 0 ? 0 : Failures * calls.Calls / Math.Max(1, calls.Answered));
        var further = (int)Math.Round(Math.Log(Math.Max(1, Times)) / s_logGamma);
        var answered = new SortedDictionary<int, long>();
        long failed = 0;
        foreach (var bucket in calls.Latency.Buckets)
        {
            var lost = (long)Math.Round(bucket.Count * fails);
            failed += lost;
            var index = Math.Min(bucket.Index + further, LatencyBuckets.Count - 1);
            answered[index] = answered.GetValueOrDefault(index) + bucket.Count - lost;
        }

        var unseen = (long)Math.Round(calls.Untimed * fails);
        return new(calls.Failures + failed + unseen, LatencySketch.FromBuckets([.. answered.Where(one => one.Value > 0).Select(one => new LatencyBucket(one.Key, one.Value))])) { Untimed = calls.Untimed - unseen };
    }

    /// <inheritdoc/>
    public override string ToString() => (Failures > 0, Times > 1) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"{100 * Failures:0.###} points more failures with {Times:0.###} times the latency"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"{100 * Failures:0.###} points more failures"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Times:0.###} times the latency"),
    };
}
