using System.Globalization;
using Theseus.Runtime;

namespace Theseus.LoadBench.CriticalSection;

/// <summary>How long a swap holds callers back.</summary>
internal static class CriticalSectionBench
{
    private static readonly TimeSpan s_target = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_caughtUpTarget = TimeSpan.FromMilliseconds(50);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var held = new List<Held> { await SharedStates.WithoutStateAsync(run) };
        foreach (var entries in new[] { 1, 100_000, 1_000_000 })
        {
            held.Add(await SharedStates.RunAsync(run, entries));
        }

        var report = new BenchReport("Critical section of a swap", """
            What `SwapResult.CriticalSection` gives for each swap: without state that moves, how long publishing the route took.
            Swaps to and fro under a caller on each processor without a pause, loaded as collectible, without a trial.
            """);
        foreach (var one in held)
        {
            report.Target($"p99, {one.What}", "under 1 ms", Milliseconds(one.Sections.P99), one.Sections.P99 < s_target.TotalMilliseconds);
        }

        report.Target(
            "calls that failed, and counts that were lost", "0", held.Sum(one => one.Lost).ToString(CultureInfo.InvariantCulture), held.All(one => one.Lost == 0));
        AddTable(report, held);
        return report;
    }

    /// <summary>State that moves.</summary>
    public static async Task<BenchReport> RunMovedAsync(BenchRun run)
    {
        var clients = run.Count(MovedStates.Clients, 10_000);
        List<Held> held =
        [
            await MovedStates.RunAsync(run, "1.1.0", "2.0.0", clients, saturated: false),
            await MovedStates.RunAsync(run, "1.0.0", "1.1.0", clients, saturated: false),
            await MovedStates.RunAsync(run, "1.1.0", "2.0.0", clients, saturated: true),
        ];
        var report = new BenchReport("Critical section of a swap that moves a large state", """
            How long callers were held back while state moved, `SwapResult.CriticalSection`. Callers make five calls about
            once in a millisecond on each processor, and each call changes a client chosen at random. Loaded as collectible,
            without a trial. The state per swap is all that was exported, the trial of the migration and the rounds of changes
            included. 'Without a pause' are callers that keep all processors busy instead. At the end the component's count of permits has to be that of its callers.
            """);
        report.Target($"longest, {held[0].What}", "under 50 ms", Milliseconds(held[0].Sections.Max), held[0].Sections.Max < s_caughtUpTarget.TotalMilliseconds);
        foreach (var one in held.Skip(1))
        {
            report.Target($"longest, {one.What}", "reported", Milliseconds(one.Sections.Max), null);
        }

        report.Target("calls that failed, and counts that were lost", "0", held.Sum(one => one.Lost).ToString(CultureInfo.InvariantCulture), held.All(one => one.Lost == 0));
        AddTable(report, held);
        return report;
    }

    private static void AddTable(BenchReport report, List<Held> held) =>
        report.Table(
            "Swaps",
            ["state", "swaps", "MB per swap", "median, ms", "p99, ms", "longest, ms", "calls meanwhile"],
            held.Select(one => (string[])
            [
                one.What,
                one.Sections.Count.ToString(CultureInfo.InvariantCulture),
                (one.Bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture),
                .. one.Sections.Cells("F4"),
                one.Calls.ToString("N0", CultureInfo.InvariantCulture),
            ]));

    private static string Milliseconds(double value) => value.ToString("F3", CultureInfo.InvariantCulture) + " ms";
}

/// <summary>How long callers were held back by swaps of one kind.</summary>
/// <param name="What">The kind.</param>
/// <param name="Sections">In milliseconds.</param>
/// <param name="Bytes">State per swap.</param>
/// <param name="Calls">Calls while it was measured.</param>
/// <param name="Lost">Calls that failed, and permits that are not in the component's count.</param>
internal sealed record Held(string What, Quantiles Sections, long Bytes, long Calls, long Lost)
{
    /// <summary>Swaps to and fro.</summary>
    public static async Task<List<SwapResult>> SwapToAndFroAsync(BenchRun run, BenchHost host, string component, string[] versions, int swaps, SwapOptions options, TimeSpan bound, int retiringAtOnce)
    {
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        var results = new List<SwapResult>();
        while (results.Count < swaps && time.GetElapsedTime(begun) < bound)
        {
            results.Add(await host.SwapAsync(component, versions[(results.Count + 1) % 2], options));
            // Old generations are retired beside the next swaps, as they are in a host, but not without bound.
            await (results.Count > retiringAtOnce ? results[^(retiringAtOnce + 1)].Retirement : Task.CompletedTask);
        }

        run.Tell($"{component}: {results.Count} swaps in {time.GetElapsedTime(begun).TotalSeconds:F0} s");
        return results;
    }
}
