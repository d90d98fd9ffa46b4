using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench.Rivals;

/// <summary>
/// A test at a nominal 5 % (two-sided), on all calls so far, looked at again after each: what a dashboard with a p-value
/// does to whoever watches it. From the 40th call on.
/// </summary>
internal sealed class RepeatedMannWhitney : IDetector
{
    private const int First = 40;
    private const double Critical = 1.959964;

    // How many values of each side lie at or below a rank among the run's values, as sums over a tree (Fenwick, 1994).
    private readonly Dictionary<double, int> _ranks;
    private readonly int[] _candidate;
    private readonly int[] _baseline;
    private double _wins;
    private long _m;
    private long _n;

    /// <param name="run">All calls that it will look at, to know their ranks.</param>
    public RepeatedMannWhitney(IReadOnlyList<Call> run)
    {
        var values = run.Select(call => call.Nanoseconds).Distinct().Order().ToList();
        _ranks = values.Select((value, rank) => (value, rank)).ToDictionary(one => one.value, one => one.rank + 1);
        _candidate = new int[values.Count + 1];
        _baseline = new int[values.Count + 1];
    }

    public bool Look(Call call)
    {
        var rank = _ranks[call.Nanoseconds];
        if (call.IsCandidate)
        {
            _wins += Below(_baseline, rank - 1) + 0.5 * (Below(_baseline, rank) - Below(_baseline, rank - 1));
            Add(_candidate, rank);
            _m++;
        }
        else
        {
            _wins += _m - Below(_candidate, rank) + 0.5 * (Below(_candidate, rank) - Below(_candidate, rank - 1));
            Add(_baseline, rank);
            _n++;
        }

        var deviation = Math.Sqrt(_m * (double)_n * (_m + _n + 1) / 12);
        return _m + _n >= First && deviation > 0 && Math.Abs(_wins - _m * (double)_n / 2) / deviation > Critical;
    }

    private static void Add(int[] tree, int rank)
    {
        for (; rank < tree.Length; rank += rank & -rank)
        {
            tree[rank]++;
        }
    }

    private static int Below(int[] tree, int rank)
    {
        var sum = 0;
        for (; rank > 0; rank -= rank & -rank)
        {
            sum += tree[rank];
        }

        return sum;
    }
}
