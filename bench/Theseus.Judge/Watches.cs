using Theseus.JudgeBench.Rivals;
using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench;

/// <summary>Has detectors watch runs, many at a time.</summary>
internal static class Watches
{
    /// <summary>After how many calls each run's detector raised its alarm; <see cref="int.MaxValue"/> where it did not within the watch.</summary>
    /// <param name="runs">How many runs.</param>
    /// <param name="calls">How many calls a watch has.</param>
    /// <param name="begin">The calls of a run, by its number.</param>
    /// <param name="detector">A detector for a run.</param>
    public static int[] Alarms(int runs, int calls, Func<int, IEnumerable<Call>> begin, Func<IReadOnlyList<Call>, IDetector> detector)
    {
        var alarms = new int[runs];
        Parallel.For(0, runs, run =>
        {
            var seen = begin(run).Take(calls).ToList();
            var one = detector(seen);
            var at = seen.FindIndex(one.Look);
            alarms[run] = at < 0 ? int.MaxValue : at + 1;
        });
        Array.Sort(alarms);
        return alarms;
    }

    /// <summary>The share of runs that had their alarm by some call, in percent, as a line for a plot.</summary>
    public static IReadOnlyList<(double X, double Y)> Curve(int[] alarms, int calls)
    {
        var points = new List<(double, double)>();
        for (double at = 30; at <= calls * 1.001; at *= 1.03)
        {
            points.Add((at, 100.0 * alarms.Count(one => one <= at) / alarms.Length));
        }

        return points;
    }
}
