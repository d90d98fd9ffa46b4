using System.Globalization;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.LoadBench.Unloading;

/// <summary>Unloading in a host that does nothing else, with a large heap.</summary>
internal static class UnloadBench
{
    private const double LongestUnload = 3_000;
    private const double LongestPause = 5;

    // The runtime hands its events to listeners with a delay.
    private static readonly TimeSpan s_eventsDelay = TimeSpan.FromSeconds(2);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var time = TimeProvider.System;
        using var pauses = new PauseListener();
        var heap = Fill(run.Count(1_900_000, 100_000));
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("1.0.0")));
        var unloads = new List<(double Milliseconds, IReadOnlyList<double> Pauses, double Total)>();
        var heapMb = 0d;
        for (var i = 0; i < run.Count(16, 3); i++)
        {
            var span = new UnloadSpan(time);
            var result = await host.SwapAsync("markdown", i % 2 == 0 ? "2.0.0" : "1.0.0", BenchHost.WithoutTrial with { Progress = span });
            var retired = await result.Retirement;
            if (retired is not { IsGone: true, Unload: { } unload })
            {
                throw new InvalidOperationException($"The old generation is not gone: {retired?.Summary}");
            }

            heapMb = GC.GetTotalMemory(false) / 1e6;
            await Task.Delay(s_eventsDelay, time);
            unloads.Add((unload.Elapsed.TotalMilliseconds, pauses.Between(span.Begun, span.Ended), span.Paused.TotalMilliseconds));
            run.Tell($"unloaded in {unload.Elapsed.TotalMilliseconds:F0} ms, pauses: {string.Join(", ", unloads[^1].Pauses.Select(one => one.ToString("F2", CultureInfo.InvariantCulture)))} ms");
        }

        var blocking = GC.GetTotalPauseDuration();
        GC.Collect();
        blocking = GC.GetTotalPauseDuration() - blocking;
        GC.KeepAlive(heap);
        return Report(unloads, heapMb, blocking);
    }

    private static BenchReport Report(List<(double Milliseconds, IReadOnlyList<double> Pauses, double Total)> unloads, double heapMb, TimeSpan blocking)
    {
        var report = new BenchReport("Unloading on an idle host", $"""
            A host whose managed heap holds {heapMb.ToString("F0", CultureInfo.InvariantCulture)} MB in nearly four million objects, and that does nothing: `markdown` is swapped to and fro as
            collectible, and each old generation's unloading is timed, from the moment that its context is told to unload
            until nothing of it is left. The pauses are all those of the collector in that span, from the runtime's own
            events, by the clock.
            """);
        var times = new Quantiles(unloads.Select(one => one.Milliseconds));
        var pauses = new Quantiles(unloads.SelectMany(one => one.Pauses).DefaultIfEmpty(0));
        report.Target("unloaded, longest", "within 3 s", $"{times.Max.ToString("F0", CultureInfo.InvariantCulture)} ms", times.Max <= LongestUnload);
        report.Target("longest pause of the collector", "at most 5 ms", $"{pauses.Max.ToString("F2", CultureInfo.InvariantCulture)} ms", pauses.Max <= LongestPause);
        report.Target("for comparison: pause of one blocking full collection", "reported", $"{blocking.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)} ms", null);
        report.Table(
            $"{unloads.Count} unloads",
            ["", "count", "median, ms", "p99, ms", "longest, ms"],
            [
                ["unloading", times.Count.ToString(CultureInfo.InvariantCulture), .. times.Cells("F2")],
                ["single pauses", unloads.Sum(one => one.Pauses.Count).ToString(CultureInfo.InvariantCulture), .. pauses.Cells("F2")],
                ["all pauses of one unloading", times.Count.ToString(CultureInfo.InvariantCulture), .. new Quantiles(unloads.Select(one => one.Total)).Cells("F2")],
            ]);
        return report;
    }

    private static Entry[] Fill(int entries) => [.. Enumerable.Range(0, entries).Select(number => new Entry(number, new byte[168]))];

    private sealed record Entry(int Number, byte[] Bytes);

    /// <summary>When unloading began and ended, and how long the collector had paused the process by then.</summary>
    private sealed class UnloadSpan(TimeProvider time) : IProgress<SwapProgress>
    {
        private TimeSpan _pausedBefore;

        public DateTimeOffset Begun { get; private set; }

        public DateTimeOffset Ended { get; private set; }

        public TimeSpan Paused { get; private set; }

        public void Report(SwapProgress value)
        {
            if (value is { Step: SwapStep.Unload, IsEnd: false })
            {
                Begun = time.GetUtcNow();
                _pausedBefore = GC.GetTotalPauseDuration();
            }
            else if (value is { Step: SwapStep.Unload, IsEnd: true })
            {
                Ended = time.GetUtcNow();
                Paused = GC.GetTotalPauseDuration() - _pausedBefore;
            }
        }
    }
}
