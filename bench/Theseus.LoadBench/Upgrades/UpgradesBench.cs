using System.Globalization;
using Relay;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.LoadBench.Upgrades;

/// <summary>Very many upgrades of one slot: what is left of them.</summary>
internal static class UpgradesBench
{
    private const int Settled = 50;
    private const double Target = 16;

    private static readonly TimeSpan s_longestRetirement = TimeSpan.FromMinutes(2);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("A thousand upgrades of one slot", """
            To and fro between two releases, loaded as collectible, without a trial, each old generation waited for until its
            retirement has ended, under a caller who calls about once in a millisecond. The working set is read every 50 upgrades, after a
            full compacting collection, so that garbage that nobody has looked for yet counts neither before nor after.
            `relay` is a component of one class; `markdown` brings Markdig 0.31.0 and 1.6.0 and is warmed up with one round; it
            is upgraded 200 times only, since each time takes a good part of a second of compilation. At the end it is upgraded
            some times as resident code, which is what the default loading comes to once a release is confirmed: such code stays.
            """);
        var rows = new List<string[]>();
        await RelayAsync(run, report, rows);
        await MarkdownAsync(run, report, rows);
        await ResidentAsync(run, report);
        report.Table("Working set", ["after", "MB", "managed heap, MB", "generations not gone, the serving one included"], rows);
        return report;
    }

    private static async Task RelayAsync(BenchRun run, BenchReport report, List<string[]> rows)
    {
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IRelay>("relay", BenchHost.From("1.0.0")));
        var relay = host.Get<IRelay>("relay");
        await using var callers = Calling(() => relay.Call(() => "token").EndsWith(">token", StringComparison.Ordinal));
        await UpgradeAsync(run, host, "relay", BenchHost.WithoutTrial, run.Count(1_000, 60), run.Time(200, 20), callers, report, rows);
    }

    private static async Task MarkdownAsync(BenchRun run, BenchReport report, List<string[]> rows)
    {
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("1.0.0")));
        var renderer = host.Get<IMarkdownRenderer>();
        var next = 0;
        await using var callers = Calling(() => renderer.Render(Documents.All[next++ % Documents.All.Length]).Length > 100);
        await UpgradeAsync(run, host, "markdown", BenchHost.WithoutTrial with { WarmUp = new() { Rounds = 1 } }, run.Count(200, 60), run.Time(120, 30), callers, report, rows);
    }

    /// <summary>What a confirmed upgrade leaves behind where code is loaded for full speed, and so is not unloaded.</summary>
    private static async Task ResidentAsync(BenchRun run, BenchReport report)
    {
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("1.0.0", LoadingMode.Resident)));
        var options = BenchHost.WithoutTrial with { Loading = LoadingMode.Resident, WarmUp = new() { Rounds = 1, LongestSettling = TimeSpan.Zero } };
        var goal = run.Count(30, 6);
        await host.SwapAsync("markdown", "2.0.0", options);
        var before = WorkingSet();
        for (var upgrades = 0; upgrades < goal; upgrades++)
        {
            var result = await host.SwapAsync("markdown", upgrades % 2 == 0 ? "1.0.0" : "2.0.0", options);
            await result.Retirement.WaitAsync(s_longestRetirement, TimeProvider.System);
        }

        report.Target("`markdown`, resident: what each upgrade leaves behind", "reported", $"{Mb((WorkingSet() - before) / goal)} MB, over {goal} upgrades", isReached: null);
    }

    private static Callers Calling(Func<bool> call) => new Callers().AddAsynchronous(1, _ => async () =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        return call();
    });

    private static async Task UpgradeAsync(
        BenchRun run, BenchHost host, string component, SwapOptions options, int goal, TimeSpan bound, Callers callers, BenchReport report, List<string[]> rows)
    {
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        var (upgrades, notGone, settled, last) = (0, 0, 0d, 0d);
        while (upgrades < goal && time.GetElapsedTime(begun) < bound)
        {
            var result = await host.SwapAsync(component, upgrades % 2 == 0 ? "2.0.0" : "1.0.0", options);
            var retired = await result.Retirement.WaitAsync(s_longestRetirement, time);
            notGone += retired is { IsGone: true } ? 0 : 1;
            if (++upgrades % Settled == 0 || upgrades == goal)
            {
                last = WorkingSet();
                settled = upgrades == Settled ? last : settled;
                rows.Add([$"`{component}`, {upgrades}", Mb(last), Mb(GC.GetTotalMemory(false) / 1e6), Alive(host, component).ToString(CultureInfo.InvariantCulture)]);
                run.Tell($"{component}: {upgrades} upgrades, {last:F1} MB");
            }
        }

        var left = Alive(host, component) - 1;
        report.Target($"`{component}`: upgrades in {time.GetElapsedTime(begun).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s", goal.ToString(CultureInfo.InvariantCulture), upgrades.ToString(CultureInfo.InvariantCulture), upgrades == goal);
        report.Target($"`{component}`: old generations left", "0", Math.Max(left, notGone).ToString(CultureInfo.InvariantCulture), left == 0 && notGone == 0);
        report.Target($"`{component}`: working set against after the first {Settled}", "at most +16 MB", (last - settled).ToString("+0.0;-0.0", CultureInfo.InvariantCulture) + " MB", last - settled <= Target);
        report.Target($"`{component}`: failed calls", "0", $"{callers.Failed} of {callers.Answered.ToString("N0", CultureInfo.InvariantCulture)}", callers.Failed == 0);
    }

    private static int Alive(BenchHost host, string component) =>
        host.Engine.GetStatus(component).Generations.Count(one => one.State != GenerationState.Gone);

    private static double WorkingSet()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / 1e6;
    }

    private static string Mb(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
