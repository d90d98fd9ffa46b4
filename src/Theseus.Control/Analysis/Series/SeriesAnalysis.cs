using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>What the evidence on the metrics of one component's waves comes to. The same evidence in the same order gives the same answer. Not thread-safe.</summary>
internal sealed class SeriesAnalysis
{
    private readonly IReadOnlyList<(JudgedMetric Metric, SeriesComparison Comparison)> _metrics;
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    /// <summary>Begins.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="error">The chance that any of them is ever wrongly held to be worse: each has an equal part.</param>
    /// <param name="passError">The chance that a difference of any that matters is ever taken for none: each has an equal part.</param>
    public SeriesAnalysis(IReadOnlyList<JudgedMetric> metrics, double error, double passError) =>
        _metrics = [.. metrics.Select(metric => (metric, new SeriesComparison(metric, error / metrics.Count, passError / metrics.Count)))];

    /// <summary>How many stretches of a metric's values are the fewest that could show anything, in a plan.</summary>
    public static int FewestStretches(UpgradePlan plan, JudgedMetric metric) =>
        CoinCapital.Fewest(SeriesComparison.ErrorOf(metric, ComponentAnalysis.FalseAlarmsOf(plan.Judging, plan.Moves.Count) / plan.Judging.Metrics!.Count));

    /// <summary>Says that another wave begins.</summary>
    public void Cut()
    {
        _begun.Clear();
        foreach (var (_, comparison) in _metrics)
        {
            comparison.Begin([]);
        }
    }

    /// <summary>Takes in what was seen.</summary>
    public void Add(IReadOnlyDictionary<string, SeenMetric> seen)
    {
        foreach (var (metric, comparison) in _metrics)
        {
            if (!seen.TryGetValue(metric.Name, out var its))
            {
                continue;
            }

            // Who takes an upgrade over reads it again, and may find less of it.
            if (its.Before is { } before && _begun.Add(metric.Name))
            {
                comparison.Begin(before);
            }

            comparison.Odd += its.Odd;
            comparison.Fault = its.Fault;
            foreach (var pair in its.Pairs)
            {
                comparison.Add(pair);
            }
        }
    }

    /// <summary>How each stands.</summary>
    /// <param name="sides">The sides of the wave that is judged; null for a release that takes no calls.</param>
    public IReadOnlyList<ComparedMetric> Compare(WaveSides? sides) => sides is null ? [] : [.. _metrics.Select(one => one.Comparison.Compare(sides.AreToldApartBy(one.Metric)))];
}
