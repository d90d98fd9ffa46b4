using System.Globalization;
using Theseus.JudgeBench.Plots;
using Theseus.JudgeBench.Rivals;
using Theseus.JudgeBench.Sampling;
using Theseus.LoadBench;

namespace Theseus.JudgeBench;

/// <summary>How soon a harm is seen, by detectors that raise false alarms as seldom as each other over the whole watch.</summary>
internal static class HarmsBench
{
    private const double Budget = 0.01;
    private const int Calls = 50_000;
    private const int Windows = Calls / Window.Length;
    private const int OtherSeeds = 1_000_000;

    // One-sided, of a hundredth over fifty windows and two tests in each: the quantile of the normal distribution.
    private const double Critical = 3.719016;

    public static BenchReport Run(BenchRun run)
    {
        var runs = run.Count(500, 20);
        var tuning = run.Count(2_000, 200);
        var report = new BenchReport("Calls until a harm is seen", $"""
            Half of the calls go to the candidate, by the toss of a coin, and it is worse from the first call on. A watch has
            {Calls:#,0} calls; each detector may raise a false alarm in {Budget:P0} of the watches, over all that it looks at.
            {runs:#,0} runs of each harm, with seeds from 0.

            - Theseus looks after each call. It knows nothing of the traffic, and its budget would hold for a watch of any length.
            - Mann-Whitney looks at windows of {Window.Length:#,0} calls by themselves, at latencies and errors, one-sided, with the
              budget divided by its {2 * Windows} tests (Bonferroni).
            - Plain thresholds look at the same windows: the difference of the shares of errors, and the ratios of the medians and
              of the 99th percentiles. They are tuned twice, on {tuning:#,0} watches without a harm each time. Those of this very
              traffic keep the budget exactly, and nowhere else: nobody knows his traffic like that beforehand. Those of all
              traffic keep it in each of the kinds that [false alarms](judge-false-alarms.md) are looked for in, as the other two
              detectors do.
            """, "Theseus.Judge");
        run.Tell("setting thresholds");
        var seeds = Enumerable.Range(OtherSeeds, tuning).ToList();
        var limits = TunedThresholds.Tune([.. seeds.Select(Harm.None.Calls)], Calls, Budget);
        var wide = TunedThresholds.Tune(Traffic.Kinds.Select(kind => (IReadOnlyList<IEnumerable<Call>>)[.. seeds.Select(kind.Calls)]), Calls, Budget);
        var before = TheseusDetector.Of([.. Harm.None.Calls(2 * OtherSeeds).Take(2_000)]);
        (string Name, Func<IDetector> Make)[] detectors =
        [
            ("Theseus", () => new TheseusDetector(Budget).Learn(before)),
            ("Mann-Whitney in windows", () => new WindowedMannWhitney(Critical)),
            ("plain thresholds, of all traffic", () => new TunedThresholds(wide)),
            ("plain thresholds, of this very traffic", () => new TunedThresholds(limits)),
        ];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var harm in Harm.Kinds)
        {
            run.Tell(harm.Name);
            var alarms = detectors.Select(one => Watches.Alarms(runs, Calls, harm.Calls, _ => one.Make())).ToList();
            var medians = alarms.Select(one => one[runs / 2]).ToList();
            report.Target($"{harm.Name}: beside Mann-Whitney, and thresholds of all traffic", "fewer than both in the median", $"{Count(medians[0])}; {Count(medians[1])} and {Count(medians[2])}", medians[0] < medians[1] && medians[0] < medians[2]);
            report.Target($"{harm.Name}: beside thresholds of this very traffic", "fewer in the median", $"{Count(medians[0])}; {Count(medians[3])}", medians[0] < medians[3]);
            rows.AddRange(detectors.Select((one, i) => (IReadOnlyList<string>)
                [i == 0 ? harm.Name : "", one.Name, Count(medians[i]), Count(alarms[i][runs * 9 / 10]), Percent(alarms[i].Count(at => at == int.MaxValue) / (double)runs)]));
            if (!run.Quick)
            {
                string[] colours = ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e"];
                var lines = detectors.Select((one, i) => new PlotLine(one.Name, colours[i], Watches.Curve(alarms[i], Calls))).ToList();
                var file = $"judge-harm-{Array.IndexOf([.. Harm.Kinds], harm) + 1}.svg";
                File.WriteAllText(Path.Combine(ResultsFile.Repository, "bench", "results", file), SvgPlot.Draw(harm.Name, "calls", "runs in which it was seen", (30, Calls), 100, lines));
            }
        }

        report.Table(
            "The thresholds",
            ["of", "errors of the candidate less the baseline's", "ratio of medians", "ratio of 99th percentiles"],
            new[] { ("all traffic", wide), ("this very traffic", limits) }.Select(one => (IReadOnlyList<string>)[one.Item1, Percent(one.Item2.Errors), Ratio(one.Item2.Median), Ratio(one.Item2.P99)]));
        report.Table("By harm", ["harm", "detector", "calls, median", "9 of 10 runs", "never within the watch"], rows);
        run.Tell("without a harm");
        var none = detectors.Select(one => Watches.Alarms(tuning, Calls, Harm.None.Calls, _ => one.Make()).Count(at => at <= Calls) / (double)tuning).ToList();
        report.Table("False alarms over the whole watch, without a harm", ["detector", "runs with one"], detectors.Select((one, i) => (IReadOnlyList<string>)[one.Name, Percent(none[i])]));
        for (var harm = 1; harm <= Harm.Kinds.Count; harm++)
        {
            report.Picture(Harm.Kinds[harm - 1].Name, $"judge-harm-{harm}.svg");
        }

        return report;
    }

    private static string Count(int calls) => calls == int.MaxValue ? "not seen" : calls.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
