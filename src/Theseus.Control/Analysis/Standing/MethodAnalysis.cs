using System.Globalization;

namespace Theseus.Control.Analysis;

/// <summary>All that is known of one method: the bets on it, and what was seen of both sides since the candidate got its first call. Not thread-safe.</summary>
/// <param name="name">The method.</param>
/// <param name="stake">Its part of the whole capital.</param>
internal sealed class MethodAnalysis(string name, double stake)
{
    private readonly MethodComparison _comparison = new();

    /// <summary>The method.</summary>
    public string Name => name;

    /// <summary>Its part of the whole capital in the beginning.</summary>
    public double Stake => stake;

    /// <summary>Its part of the whole capital now.</summary>
    public double Capital => stake * _comparison.Capital;

    /// <summary>The harm that most is won with.</summary>
    public string Harm => _comparison.Held.First().Harm;

    /// <summary>The stable version's calls before.</summary>
    public SideCalls Before { get; private set; } = SideCalls.None;

    /// <summary>The candidate's calls since they are split as they are.</summary>
    public SideCalls Candidate { get; private set; } = SideCalls.None;

    /// <summary>The baseline's calls of the same time.</summary>
    public SideCalls Baseline { get; private set; } = SideCalls.None;

    /// <summary>Takes in what the stable version did before there was a candidate.</summary>
    public void Learn(SideCalls before)
    {
        Before = Before.And(before);
        _comparison.Learn(before);
    }

    /// <summary>Takes in the calls of one more stretch of time.</summary>
    public void Add(SideCalls candidate, SideCalls baseline)
    {
        _comparison.Add(candidate, baseline);
        (Candidate, Baseline) = (Candidate.And(candidate), Baseline.And(baseline));
    }

    /// <summary>
    /// Says that the calls are split otherwise from here on. The capital stays. What was seen of both sides begins anew: summed
    /// over other splits and times, one side's calls would be those of another hour.
    /// </summary>
    public void Cut()
    {
        _comparison.Cut();
        (Candidate, Baseline) = (SideCalls.None, SideCalls.None);
    }

    /// <summary>Its differences, as in <see cref="Difference.Between"/>.</summary>
    public IReadOnlyList<Difference> Differences(Margins margins, double error) => Difference.Between(Candidate, Baseline, margins, error);

    /// <summary>
    /// Whether the harm that is shown is as large as matters: a quantile or the share of failures is, or as many more calls as
    /// may not fail are slower than any quantile may be.
    /// </summary>
    public bool IsHarmLarge(IReadOnlyList<Difference> differences, Margins margins)
    {
        var slow = margins.Latency.Max(one => Baseline.Latency.Quantile(one.Quantile) is { } baseline ? Math.Max(one.Times * baseline, baseline + margins.Floor.TotalNanoseconds) : double.PositiveInfinity);
        return differences.Any(one => one.Matters) || Above(Candidate, slow) - Above(Baseline, slow) >= margins.Failures;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name}, {Candidate.Calls} calls beside {Baseline.Calls}");

    private static double Above(SideCalls calls, double nanoseconds) =>
        calls.Latency.Count == 0 || double.IsInfinity(nanoseconds) ? 0 : calls.Latency.CountAbove(TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick))) / (double)calls.Latency.Count;
}
