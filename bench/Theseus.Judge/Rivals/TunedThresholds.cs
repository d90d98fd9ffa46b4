using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench.Rivals;

/// <summary>What plain thresholds look at in a window.</summary>
/// <param name="Errors">The candidate's share of failures less the baseline's.</param>
/// <param name="Median">The candidate's median over the baseline's.</param>
/// <param name="P99">The candidate's 99th percentile over the baseline's.</param>
internal readonly record struct WindowFigures(double Errors, double Median, double P99)
{
    public static WindowFigures Of(Window window) => new(
        window.CandidateFailures / (double)window.Candidate.Count - window.BaselineFailures / (double)window.Baseline.Count,
        Quantile(window.Candidate, 0.5) / Quantile(window.Baseline, 0.5),
        Quantile(window.Candidate, 0.99) / Quantile(window.Baseline, 0.99));

    private static double Quantile(List<double> values, double q)
    {
        values.Sort();
        return values[Math.Max(0, (int)Math.Ceiling(q * values.Count) - 1)];
    }
}

/// <summary>
/// A threshold for each figure of a window, set so that watches without a harm break one of them as seldom as the rest of the
/// detectors raise a false alarm: for which it has to know the traffic, and the length of the watch, beforehand.
/// </summary>
/// <param name="limits">The thresholds.</param>
internal sealed class TunedThresholds(WindowFigures limits) : IDetector
{
    private Window _window = new();

    public bool Look(Call call)
    {
        _window.Add(call);
        if (!_window.IsFull)
        {
            return false;
        }

        var figures = WindowFigures.Of(_window);
        _window = new Window();
        return figures.Errors > limits.Errors || figures.Median > limits.Median || figures.P99 > limits.P99;
    }

    /// <summary>Sets thresholds that keep the error in each of several kinds of traffic.</summary>
    public static WindowFigures Tune(IEnumerable<IReadOnlyList<IEnumerable<Call>>> kinds, int calls, double error)
    {
        var each = kinds.Select(watches => Tune(watches, calls, error)).ToList();
        return new(each.Max(one => one.Errors), each.Max(one => one.Median), each.Max(one => one.P99));
    }

    /// <summary>Sets the thresholds: each of the three gets a third of the error.</summary>
    /// <param name="watches">Watches without a harm.</param>
    /// <param name="calls">How many calls each has.</param>
    /// <param name="error">The share of watches that may break one.</param>
    public static WindowFigures Tune(IReadOnlyList<IEnumerable<Call>> watches, int calls, double error)
    {
        var highest = new WindowFigures[watches.Count];
        Parallel.For(0, watches.Count, watch =>
        {
            var window = new Window();
            foreach (var call in watches[watch].Take(calls))
            {
                window.Add(call);
                if (window.IsFull)
                {
                    var figures = WindowFigures.Of(window);
                    var so = highest[watch];
                    highest[watch] = new(Math.Max(so.Errors, figures.Errors), Math.Max(so.Median, figures.Median), Math.Max(so.P99, figures.P99));
                    window = new Window();
                }
            }
        });
        return new(Limit(one => one.Errors), Limit(one => one.Median), Limit(one => one.P99));

        double Limit(Func<WindowFigures, double> of)
        {
            var sorted = highest.Select(of).Order().ToList();
            return sorted[(int)Math.Ceiling((1 - error / 3) * sorted.Count) - 1];
        }
    }
}
