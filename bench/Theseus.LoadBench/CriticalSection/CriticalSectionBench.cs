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

        var clients = run.Count(MovedStates.Clients, 10_000);
        var transferred = await MovedStates.RunAsync(run, "1.0.0", "1.1.0", clients, saturated: true);
        var caughtUp = await MovedStates.RunAsync(run, "1.1.0", "2.0.0", clients, saturated: false);
        var saturated = await MovedStates.RunAsync(run, "1.1.0", "2.0.0", clients, saturated: true);
        List<Held> all = [.. held, transferred, caughtUp, saturated];
        var report = new BenchReport("Critical section of a swap", """
            What `SwapResult.CriticalSection` gives for each swap: how long callers were held back while state moved; without
            such state, how long publishing the route took. Swaps to and fro under a caller on each processor, loaded as
            collectible, without a trial. With state that moves, `SwapResult.StateBytes` is all that was exported in the
            swap, the trial of the migration and rounds of changes included, and at the end the component's count of permits
            has to be that of its callers. Each of its calls changes a client chosen at random. 'Without a pause' are callers
            that keep all processors busy: then changes come faster than one thread can carry them over. Paced ones make
            five calls about once in a millisecond on each processor.
            """);
        foreach (var one in held)
        {
            report.Target($"p99, {one.What}", "under 1 ms", Milliseconds(one.Sections.P99), one.Sections.P99 < s_target.TotalMilliseconds);
        }

        report.Target($"longest, {transferred.What}", "reported", Milliseconds(transferred.Sections.Max), null);
        report.Target($"longest, {caughtUp.What}", "under 50 ms", Milliseconds(caughtUp.Sections.Max), caughtUp.Sections.Max < s_caughtUpTarget.TotalMilliseconds);
        report.Target($"longest, {saturated.What}", "reported", Milliseconds(saturated.Sections.Max), null);
        report.Target(
            "calls that failed, and counts that were lost", "0", all.Sum(one => one.Lost).ToString(CultureInfo.InvariantCulture), all.All(one => one.Lost == 0));
        report.Table(
            "Swaps",
            ["state", "swaps", "MB per swap", "median, ms", "p99, ms", "longest, ms", "calls meanwhile"],
            all.Select(one => (string[])
            [
                one.What,
                one.Sections.Count.ToString(CultureInfo.InvariantCulture),
                (one.Bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture),
                .. one.Sections.Cells("F4"),
                one.Calls.ToString("N0", CultureInfo.InvariantCulture),
            ]));
        return report;
    }

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
