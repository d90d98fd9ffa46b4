using System.Globalization;
using Theseus.Control.Upgrades;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>What the candidate's calls may be, whatever the baseline's are. Pure.</summary>
internal static class CallLimits
{
    /// <summary>The limits that are set.</summary>
    public static IReadOnlyList<(double? Quantile, double Most)> Of(WaveJudging judging)
    {
        (double? Quantile, double? Most)[] all =
        [
            (null, judging.LimitFailures),
            (0.5, judging.LimitMedian?.TotalNanoseconds),
            (0.95, judging.LimitP95?.TotalNanoseconds),
            (0.99, judging.LimitP99?.TotalNanoseconds),
        ];
        return [.. all.Where(one => one.Most is not null).Select(one => (one.Quantile, one.Most!.Value))];
    }

    /// <summary>A limit that is shown to be broken, in words; null when none is: one that only seems to be may hold yet.</summary>
    /// <param name="judging">The limits.</param>
    /// <param name="methods">What was seen.</param>
    /// <param name="error">The chance that any limit that holds is ever taken for broken.</param>
    public static string? Broken(WaveJudging judging, IReadOnlyCollection<MethodAnalysis> methods, double error)
    {
        var limits = Of(judging);
        var each = error / Math.Max(1, limits.Count * methods.Count);
        return (
            from method in methods
            from limit in limits
            select limit.Quantile is { } quantile ? Quantile(method, quantile, limit.Most, each) : Failures(method, limit.Most, each)).FirstOrDefault(one => one is not null);
    }

    private static string? Failures(MethodAnalysis method, double most, double error)
    {
        var bounds = ShareBounds.Of(method.Candidate.Failures, method.Candidate.Calls, error);
        return bounds.Low > most
            ? string.Create(CultureInfo.InvariantCulture, $"{method.Name}: {method.Candidate.Failures} of {method.Candidate.Calls} calls failed, which is at least {bounds.Low:0.###%} in the long run; {most:0.###%} are allowed.")
            : null;
    }

    private static string? Quantile(MethodAnalysis method, double quantile, double most, double error)
    {
        LatencySketch latency = method.Candidate.Latency;
        var bounds = QuantileBounds.Of(latency, quantile, error);
        return bounds.Low > most
            ? string.Create(CultureInfo.InvariantCulture, $"{method.Name}: the p{100 * quantile:0.###} of {latency.Count} calls is {latency.Quantile(quantile) / 1e6:0.###} ms, and at least {bounds.Low / 1e6:0.###} ms in the long run; {most / 1e6:0.###} ms are allowed.")
            : null;
    }
}
