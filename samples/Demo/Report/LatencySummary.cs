namespace Theseus.Demo.Report;

/// <summary>Latencies of a span of time, in milliseconds: exact, by the nearest-rank method over all requests. Null where there were none.</summary>
/// <param name="Requests">How many requests there were.</param>
/// <param name="P50">What half of them did not exceed.</param>
/// <param name="P99">What 99 % of them did not exceed.</param>
/// <param name="P999">What 99.9 % of them did not exceed.</param>
/// <param name="Max">The longest.</param>
internal sealed record LatencySummary(int Requests, double? P50, double? P99, double? P999, double? Max)
{
    public static LatencySummary Of(IEnumerable<TimeSpan> latencies)
    {
        var sorted = latencies.Order().ToArray();
        return new(sorted.Length, At(sorted, 500), At(sorted, 990), At(sorted, 999), At(sorted, 1000));
    }

    // The smallest latency such that at least so many thousandths of all are not greater.
    private static double? At(TimeSpan[] sorted, int thousandths) => sorted.Length == 0
        ? null
        : Math.Round(sorted[(int)((((long)sorted.Length * thousandths) + 999) / 1000) - 1].TotalMilliseconds, 3);
}
