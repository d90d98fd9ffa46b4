using System.Globalization;
using Theseus.Control.Upgrades;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet;

/// <summary>What an upgrade of many nodes takes over the real servers.</summary>
internal static class FleetRabbitBench
{
    private const double LongestUpgrade = 120;
    private const double Flat = 1.5;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("A thousand nodes over RabbitMQ and PostgreSQL", """
            RabbitMQ and PostgreSQL as processes of their own, PostgreSQL with what it answers for on the disk; a control plane
            and node agents together in one process, all on this one machine. Control plane, agents and channel are the product's own, and each
            node has its own connection, its own queues and a heartbeat every two seconds; the component under each agent takes no time, and agents
            keep their fences in memory: what is measured is what the fleet costs, not what components cost. The upgrade is rolling, a quarter of
            the nodes at a time and no failure domain apart, each batch watched for no time; it is validated, planned and confirmed as any.
            """);
        await using var rabbit = await RabbitServer.StartNewAsync();
        await using var postgres = await PostgresServer.StartNewAsync(isDurable: true);
        var (rows, each) = (new List<string[]>(), new List<(int Nodes, double Seconds)>());
        foreach (var nodes in run.Quick ? new[] { 5, 10 } : [100, 300, 1_000])
        {
            each.Add(await UpgradeAsync(run, nodes, await ServersWay.StartAsync(rabbit, postgres), rows));
        }

        var (few, many) = (each[0], each[^1]);
        report.Target($"rolling upgrade of {many.Nodes} nodes", "under 120 s", $"{Number(many.Seconds)} s", many.Seconds < LongestUpgrade);
        report.Target(
            $"time for each of {many.Nodes} nodes over that for each of {few.Nodes}",
            $"flat (at most {Number(Flat)})",
            Number(many.Seconds / many.Nodes / (few.Seconds / few.Nodes)),
            many.Seconds / many.Nodes <= Flat * few.Seconds / few.Nodes);
        report.Table("Upgrades", ["nodes", "seconds until all have joined", "seconds for an upgrade, median of three", "lowest", "highest", "ms for each node"], rows);
        return report;
    }

    private static async Task<(int Nodes, double Seconds)> UpgradeAsync(BenchRun run, int nodes, ServersWay way, List<string[]> rows)
    {
        var begun = TimeProvider.System.GetTimestamp();
        await using var fleet = await TrivialFleet.StartAsync(nodes, way);
        var joined = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        run.Tell($"{nodes} nodes have joined after {Number(joined)} s");
        var seconds = new List<double>();
        foreach (var version in new[] { "2.0.0", "3.0.0", "2.0.0" })
        {
            begun = TimeProvider.System.GetTimestamp();
            var upgrade = await fleet.AskAsync(version, new RollingParameters { Observe = TimeSpan.Zero, ByFailureDomain = false });
            await fleet.UntilAsync(upgrade.Id, one => one.State == UpgradeState.Completed);
            seconds.Add(TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
            run.Tell($"{nodes} nodes: {Number(seconds[^1])} s");
            if (!fleet.AllHave(version))
            {
                throw new InvalidOperationException($"Not every node has confirmed {version}.");
            }
        }

        seconds.Sort();
        rows.Add([nodes.ToString(CultureInfo.InvariantCulture), Number(joined), Number(seconds[1]), Number(seconds[0]), Number(seconds[2]), Number(seconds[1] * 1000 / nodes)]);
        return (nodes, seconds[1]);
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
