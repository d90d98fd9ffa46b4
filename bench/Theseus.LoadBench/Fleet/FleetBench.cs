using System.Diagnostics;
using System.Globalization;
using Theseus.Control.Upgrades;
using Theseus.Storage;

namespace Theseus.LoadBench.Fleet;

/// <summary>What the control plane costs for many nodes.</summary>
internal static class FleetBench
{
    public const string HeapCommand = "heap-of-a-fleet";
    public const string BeginCommand = "fleet-to-be-killed";
    public const string GoOnCommand = "fleet-after-a-kill";

    private const string Upgraded = "upgraded";
    private const string Alone = "alone";
    private const int Many = 1_000;
    private const double LongestUpgrade = 20;
    private const double LongestStop = 1;
    private const double LongestRestart = 2;
    private const double MostKilobytes = 8;
    private const double Flat = 1.5;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("A thousand nodes", """
            A control plane on a SQLite database and node agents in one process, by the in-process channel. Control plane,
            agents, channel and database are the product's own; the component under each agent takes no time, and agents keep
            their fences in memory: what is measured is what the fleet costs, not what components cost. The upgrade is rolling,
            a quarter of the nodes at a time and no failure domain apart, each batch watched for no time; it is validated, planned
            and confirmed as any. Memory is what nodes add to the managed heap with a control plane in the middle
            of their upgrade, less what they add with agents alone, each in a process of its own and after a full collection. What is
            killed is such a process too, as by kill -9 in the middle of its second wave; nodes begin anew in the next one.
            """);
        var rows = new List<string[]>();
        var few = await UpgradeAsync(run, run.Count(Many / 10, 10), rows);
        var many = await UpgradeAsync(run, run.Count(Many, 50), rows);
        report.Target($"upgrade of {many.Nodes} nodes", "under 20 s", $"{Number(many.Seconds)} s", many.Seconds < LongestUpgrade);
        report.Target(
            $"time for each of {many.Nodes} nodes over that for each of {few.Nodes}",
            $"flat (at most {Number(Flat)})",
            Number(many.Seconds / many.Nodes / (few.Seconds / few.Nodes)),
            many.Seconds / many.Nodes <= Flat * few.Seconds / few.Nodes);
        await MemoryAsync(run, report);
        await StopAsync(run, report);
        await RestartAsync(run, report);
        report.Table("Upgrades", ["nodes", "seconds, median of three", "ms for each node"], rows);
        return report;
    }

    private static async Task<(int Nodes, double Seconds)> UpgradeAsync(BenchRun run, int nodes, List<string[]> rows)
    {
        await using var fleet = await TrivialFleet.StartAsync(nodes);
        var seconds = new List<double>();
        foreach (var version in new[] { "2.0.0", "3.0.0", "2.0.0" })
        {
            var begun = TimeProvider.System.GetTimestamp();
            var upgrade = await fleet.AskAsync(version, new RollingParameters { Observe = TimeSpan.Zero, ByFailureDomain = false });
            await fleet.UntilAsync(upgrade.Id, one => one.State == UpgradeState.Completed);
            seconds.Add(TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
            if (!fleet.AllHave(version))
            {
                throw new InvalidOperationException($"Not every node has confirmed {version}.");
            }
        }

        var median = seconds.Order().ElementAt(1);
        rows.Add([nodes.ToString(CultureInfo.InvariantCulture), Number(median), Number(median * 1000 / nodes)]);
        run.Tell($"{nodes} nodes: {string.Join(", ", seconds.Select(Number))} s");
        return (nodes, median);
    }

    /// <summary>What nodes add to a heap that has a control plane in the middle of their upgrade, less what they add to one that has agents alone.</summary>
    private static async Task MemoryAsync(BenchRun run, BenchReport report)
    {
        var nodes = run.Count(Many, 50);
        var (few, many) = (await TakenAsync(1, Upgraded), await TakenAsync(nodes, Upgraded));
        var (fewAlone, manyAlone) = (await TakenAsync(1, Alone), await TakenAsync(nodes, Alone));
        var kilobytes = (many - few - (manyAlone - fewAlone)) / 1024.0 / (nodes - 1);
        report.Target(
            $"memory of the control plane for each of {nodes} nodes (an agent itself: {Number((manyAlone - fewAlone) / 1024.0 / (nodes - 1))} KB)",
            "under 8 KB",
            $"{Number(kilobytes)} KB",
            kilobytes < MostKilobytes);
    }

    /// <summary>The heap of a process of its own, in which nothing is left of earlier fleets.</summary>
    private static async Task<long> TakenAsync(int nodes, string kind)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(FleetBench).Assembly.Location, HeapCommand, kind, nodes.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return long.Parse(output, CultureInfo.InvariantCulture);
    }

    /// <summary>What such a process does: it writes the size of its heap.</summary>
    public static async Task WriteHeapAsync(string kind, int nodes)
    {
        await using var fleet = kind == Upgraded ? await TrivialFleet.StartAsync(nodes) : await TrivialFleet.StartAloneAsync(nodes);
        if (kind == Upgraded)
        {
            var upgrade = await fleet.AskAsync("2.0.0", new ImmediateParameters { Observe = TimeSpan.FromHours(1) });
            await fleet.UntilAsync(upgrade.Id, one => one.Phase == WavePhase.Observing);
        }

        Console.Write(Heap().ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>From the order until no node obeys anything older any more.</summary>
    private static async Task StopAsync(BenchRun run, BenchReport report)
    {
        var nodes = run.Count(Many, 50);
        await using var fleet = await TrivialFleet.StartAsync(nodes);
        var upgrade = await fleet.AskAsync("2.0.0", new ImmediateParameters { Observe = TimeSpan.FromHours(1) });
        await fleet.UntilAsync(upgrade.Id, one => one.Phase == WavePhase.Observing);
        var begun = TimeProvider.System.GetTimestamp();
        await fleet.Plane.Upgrades.StopTheLineAsync("bench", "measured", CancellationToken.None);
        var paused = await fleet.Plane.Upgrades.FindAsync(upgrade.Id, CancellationToken.None);
        await fleet.UntilFencedAsync(paused!.Fence, nodes);
        var took = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        report.Target($"stop the line, to the last of {nodes} nodes", "under 1 s", $"{Number(took)} s", took < LongestStop);
    }

    /// <summary>From the start of a process on what a killed one left until the upgrade has come further: the runtime's own start, its compiling and the nodes' beginning in it.</summary>
    private static async Task RestartAsync(BenchRun run, BenchReport report)
    {
        var nodes = run.Count(Many, 50);
        var folder = Directory.CreateTempSubdirectory("theseus-fleet-").FullName;
        using (var first = Begin(BeginCommand, folder, nodes))
        {
            await first.StandardOutput.ReadLineAsync();
            first.Kill();
            await first.WaitForExitAsync();
        }

        var begun = TimeProvider.System.GetTimestamp();
        using var second = Begin(GoOnCommand, folder, nodes);
        var moved = await second.StandardOutput.ReadLineAsync();
        var took = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        var ended = await second.StandardOutput.ReadLineAsync();
        await second.WaitForExitAsync();
        report.Target($"from the start after a kill to the upgrade of {nodes} nodes moving again", "under 2 s", $"{Number(took)} s, {moved}", moved is not null && took < LongestRestart);
        report.Target("what becomes of that upgrade", nameof(UpgradeState.Completed), ended ?? "nothing", ended == nameof(UpgradeState.Completed));
    }

    private static Process Begin(string command, string folder, int nodes) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(FleetBench).Assembly.Location, command, folder, nodes.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;

    /// <summary>What a process does that is killed: it has an upgrade on its way, and says so.</summary>
    public static async Task BeginUpgradeAsync(string folder, int nodes)
    {
        await using var fleet = await TrivialFleet.StartAsync(nodes, new InProcessWay(), folder);
        var upgrade = await fleet.AskAsync("2.0.0", new RollingParameters { Observe = TimeSpan.FromSeconds(0.5), ByFailureDomain = false });
        await fleet.UntilAsync(upgrade.Id, one => one is { Wave: 1, Phase: WavePhase.Preparing or WavePhase.Activating });
        Console.WriteLine("under way");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    /// <summary>What the next process does: it says when the upgrade has come further, and what becomes of it.</summary>
    public static async Task GoOnAsync(string folder, int nodes)
    {
        UpgradeRecord left;
        await using (var store = await ControlStore.OpenAsync(TrivialFleet.DatabaseIn(folder), null, CancellationToken.None))
        {
            left = (await store.Upgrades.ReadRunningAsync(CancellationToken.None))[0];
        }

        await using var fleet = await TrivialFleet.GoOnAsync(nodes, folder);
        var moved = await fleet.UntilAsync(left.Id, one => one.Revision > left.Revision);
        Console.WriteLine($"wave {moved.Wave + 1}");
        Console.WriteLine((await fleet.UntilAsync(left.Id, one => one.State == UpgradeState.Completed)).State);
    }

    private static long Heap()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
