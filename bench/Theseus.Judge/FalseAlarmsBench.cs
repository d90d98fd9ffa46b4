using System.Globalization;
using Theseus.JudgeBench.Plots;
using Theseus.JudgeBench.Rivals;
using Theseus.JudgeBench.Sampling;
using Theseus.LoadBench;

namespace Theseus.JudgeBench;

/// <summary>How often two versions that are the same are told apart.</summary>
internal static class FalseAlarmsBench
{
    private const double Budget = 0.01;
    private const int Calls = 10_000;

    public static BenchReport Run(BenchRun run)
    {
        var runs = run.Count(2_000, 50);
        var report = new BenchReport("False alarms on versions that are the same", $"""
            Each call is as long, and fails or not, whichever version takes it; which one does is tossed for. Both look after
            each of {Calls:#,0} calls, in {runs:#,0} runs of each kind of traffic with seeds from 0. Ours may raise a false alarm
            in {Budget:P0} of the runs, over errors and latencies together and a watch of any length. Beside it the test of Mann
            and Whitney on latencies at a nominal 5 %, looked at again after each call from the 40th on, which is what a
            dashboard does to whoever watches it.
            """, "Theseus.Judge");
        var rows = new List<IReadOnlyList<string>>();
        var lines = new List<PlotLine>();
        foreach (var (traffic, kind) in Traffic.Kinds.Select((one, i) => (one, i)))
        {
            run.Tell(traffic.Name);
            var ours = Watches.Alarms(runs, Calls, traffic.Calls, _ => new TheseusDetector(Budget));
            var naive = Watches.Alarms(runs, Calls, traffic.Calls, seen => new RepeatedMannWhitney(seen));
            var (share, theirs) = (Share(ours), Share(naive));
            report.Target(traffic.Name, "at most 1 %", Percent(share), share <= Budget);
            rows.Add([traffic.Name, Percent(share), Percent(theirs)]);
            lines.Add(new($"Mann-Whitney, repeated: {traffic.Name}", s_warm[kind], Watches.Curve(naive, Calls)));
            lines.Add(new($"Theseus: {traffic.Name}", s_cold[kind], Watches.Curve(ours, Calls)));
        }

        report.Table("Runs with a false alarm", ["traffic", "Theseus", "Mann-Whitney at 5 %, repeated"], rows);
        report.Picture("The share of runs with a false alarm by the number of calls", "judge-false-alarms.svg");
        if (!run.Quick)
        {
            var svg = SvgPlot.Draw("False alarms so far, two versions that are the same", "calls", "runs with a false alarm", (30, Calls), 100, lines);
            File.WriteAllText(Path.Combine(ResultsFile.Repository, "bench", "results", "judge-false-alarms.svg"), svg);
        }

        return report;
    }

    private static readonly string[] s_warm = ["#d62728", "#ff7f0e", "#e377c2", "#8c564b", "#bcbd22", "#f7b6d2"];
    private static readonly string[] s_cold = ["#1f77b4", "#17becf", "#2ca02c", "#9467bd", "#0b3d91", "#7fb3d5"];

    private static double Share(int[] alarms) => alarms.Count(at => at <= Calls) / (double)alarms.Length;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");
}
