using System.Globalization;
using Theseus.Runtime;

namespace Theseus.LoadBench.FirstCalls;

/// <summary>The first calls that a new release gets, after its warm-up.</summary>
internal static class FirstCallsBench
{
    public const int First = 1_000;

    private const double Target = 2;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("First calls after a swap", $"""
            `markdown` 1.0.0 (Markdig 0.31.0) to 2.0.0 (Markdig 1.6.0), with the default options but for the trial's length:
            the component's declared calls and recorded ones as warm-up, {Trial(run).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s of trial, in a fresh host each time. Closed loop: a caller on
            each processor renders the demo's documents one after another, and a call's latency is its own duration. 'First'
            are the {First} calls that were begun first after a route to new code was published: with `Probation` there are two
            such moments, the trial's begin and the change to resident code. Steady are the calls of a second before the swap,
            on the old release, and of a second well after it, on the new one. The calls of all swaps are taken together. It
            counts against the steady calls of the new release.
            """);
        var rows = new List<string[]>();
        foreach (var loading in new[] { LoadingMode.Probation, LoadingMode.Collectible })
        {
            var swaps = new List<MeasuredSwap>();
            var time = TimeProvider.System;
            var begun = time.GetTimestamp();
            while (swaps.Count < run.Count(7, 1) && time.GetElapsedTime(begun) < run.Time(150, 60))
            {
                swaps.Add(await MeasuredSwap.RunAsync(loading, Trial(run)));
            }

            run.Tell($"{loading}: {swaps.Count} swaps");
            var before = new Quantiles(swaps.SelectMany(one => one.SteadyBefore));
            var after = new Quantiles(swaps.SelectMany(one => one.SteadyAfter));
            var first = new Quantiles(swaps.SelectMany(one => one.FirstAfterPublish));
            Row("steady before", before);
            Row($"first {First} after publishing", first);
            Row("the same of the swap that was worst", Worst(swaps.Select(one => one.FirstAfterPublish)));
            Judge("after publishing", first);
            if (loading == LoadingMode.Probation)
            {
                var promoted = new Quantiles(swaps.SelectMany(one => one.FirstAfterPromotion));
                Row($"first {First} after the change to resident code", promoted);
                Row("the same of the swap that was worst", Worst(swaps.Select(one => one.FirstAfterPromotion)));
                Judge("after the change to resident code", promoted);
            }

            Row("steady after", after);

            void Judge(string when, Quantiles calls) => report.Target(
                $"{loading}: p99 of the first {First} calls {when}, over the steady p99",
                "at most 2.0",
                $"{(calls.P99 / after.P99).ToString("F2", CultureInfo.InvariantCulture)} ({(calls.P99 / before.P99).ToString("F2", CultureInfo.InvariantCulture)} of the old release's)",
                calls.P99 <= Target * after.P99);

            void Row(string what, Quantiles calls) =>
                rows.Add([$"{loading}, {what}", calls.Count.ToString("N0", CultureInfo.InvariantCulture), .. calls.Cells()]);
        }

        report.Table("Latencies", ["calls", "count", "median, ms", "p99, ms", "longest, ms"], rows);
        return report;
    }

    private static Quantiles Worst(IEnumerable<double[]> swaps) => swaps.Select(calls => new Quantiles(calls)).MaxBy(calls => calls.P99)!;

    private static TimeSpan Trial(BenchRun run) => run.Time(3, 2);
}
