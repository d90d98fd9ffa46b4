using System.Globalization;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>How far the candidate is from the baseline in one thing, and between what that lies. Immutable.</summary>
/// <param name="What">The thing.</param>
/// <param name="Candidate">The candidate's, as seen.</param>
/// <param name="Baseline">The baseline's, as seen.</param>
/// <param name="Seen">The difference as seen: of shares what one is more than the other, of latencies how many times as long.</param>
/// <param name="Lowest">What it is at least.</param>
/// <param name="Highest">What it is at most.</param>
/// <param name="Margin">From where on it matters.</param>
internal sealed record Difference(string What, double Candidate, double Baseline, double Seen, double Lowest, double Highest, double Margin)
{
    /// <summary>How far apart the two have to be at least to matter, in their own unit. Default 0.</summary>
    public double Floor { get; init; }

    /// <summary>How far apart they are at most, in their own unit.</summary>
    public double FurthestApart { get; init; } = double.PositiveInfinity;

    /// <summary>Whether it is as large as matters, as far as is seen.</summary>
    public bool Matters => Seen >= Margin && Candidate - Baseline >= Floor;

    /// <summary>Whether it is shown to be smaller than what matters.</summary>
    public bool IsShownSmall => Highest < Margin || FurthestApart < Floor;

    /// <summary>All the differences of two rows of calls. Their bounds hold together, for all numbers of calls at once, with a chance of at least 1 - <paramref name="error"/>.</summary>
    /// <param name="candidate">The candidate's calls.</param>
    /// <param name="baseline">The baseline's, of the same time.</param>
    /// <param name="margins">What matters.</param>
    /// <param name="error">The chance that any bound ever misses.</param>
    public static IReadOnlyList<Difference> Between(SideCalls candidate, SideCalls baseline, Margins margins, double error)
    {
        var each = error / 2 / (1 + margins.Latency.Count);
        return [Failures(candidate, baseline, margins.Failures, each), .. margins.Latency.Select(one => Quantile(candidate.Latency, baseline.Latency, one.Quantile, one.Times, margins.Floor.TotalNanoseconds, each))];
    }

    /// <inheritdoc/>
    public override string ToString() => What == "failures"
        ? string.Create(CultureInfo.InvariantCulture, $"failures {Candidate:0.###%} beside {Baseline:0.###%} ({100 * Seen:+0.###;-0.###;0} points, from {100 * Lowest:0.##} to {100 * Highest:0.##})")
        : string.Create(CultureInfo.InvariantCulture, $"{What} {Candidate / 1e6:0.###} ms beside {Baseline / 1e6:0.###} ms ({Seen:0.##} times, from {Lowest:0.##} to {Highest:0.##})");

    private static Difference Failures(SideCalls candidate, SideCalls baseline, double margin, double error)
    {
        var (mine, its) = (ShareBounds.Of(candidate.Failures, candidate.Calls, error), ShareBounds.Of(baseline.Failures, baseline.Calls, error));
        var (one, other) = (Share(candidate), Share(baseline));
        return new("failures", one, other, one - other, mine.Low - its.High, mine.High - its.Low, margin);

        static double Share(SideCalls calls) => calls.Calls == 0 ? 0 : calls.Failures / (double)calls.Calls;
    }

    private static Difference Quantile(LatencySketch candidate, LatencySketch baseline, double quantile, double margin, double floor, double error)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"p{100 * quantile:0.###}");
        if (candidate.Quantile(quantile) is not { } mine || baseline.Quantile(quantile) is not { } its)
        {
            return new(what, 0, 0, 0, 0, double.PositiveInfinity, margin) { Floor = floor };
        }

        var (one, other) = (QuantileBounds.Of(candidate, quantile, error), QuantileBounds.Of(baseline, quantile, error));
        return new(what, mine, its, mine / its, one.Low / other.High, one.High / other.Low, margin) { Floor = floor, FurthestApart = one.High - other.Low };
    }
}
