using System.Globalization;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>How many tasks a second go to nodes and come back answered, beside what RabbitMQ's client reaches alone.</summary>
internal static class TasksBench
{
    private const double Least = 0.6;
    private const int Many = 50;
    private const int AskedAtOnce = 1_000;

    private static readonly (string What, int Alone, int Channel, bool IsTarget)[] s_pairs =
    [
        ("a message for each task on both sides", 1, 1, true),
        ($"{Many} tasks in a message of the channel, as a distributor sends them, and a message for each of the client's", 1, Many, true),
        // Most of the difference is JSON, which the client alone neither writes nor reads.
        ($"{Many} tasks in a message on both sides", Many, Many, false),
    ];

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var repetitions = run.Count(7, 2);
        var report = new BenchReport("Tasks through RabbitMQ", string.Create(CultureInfo.InvariantCulture, $"""
            One broker, a control plane's end and those of {TaskLoad.Nodes} nodes in this process. A task of 400 characters is sent to its node and
            read there, answered with 200 characters, and the answer is read and acknowledged. Durable queues, persistent
            messages, publisher confirms with at most {TaskLoad.Unconfirmed} outstanding on each channel, a prefetch of {TaskLoad.Prefetch}, acknowledgements by hand,
            at most {TaskLoad.OnTheirWay} messages on their way, on either side. In: all that the channel does, from an object on one side to an object that was
            checked on the other, and back. Out, but for the last comparison: what a control plane and a node do around that. There
            four askers ask for {AskedAtOnce} tasks at once each, of a control plane that stores them in PostgreSQL (with fsync) before it answers, gives them
            to real hosts with a handler that does nothing, and stores what came of each. The client alone gets messages of the same bytes that are made once before, and reads nothing in them. Pairs of runs alternate which side
            is first; the ratio is the median of the pairs', with the lowest and the highest.
            """));
        var rows = new List<string[]>();
        await using var server = await RabbitServer.StartNewAsync();
        var host = await server.Administration.CreateVirtualHostAsync();
        await using var bare = await BareTaskPath.StartAsync(server, host);
        await using var channel = await ChannelTaskPath.StartAsync(server, host);
        foreach (var pair in s_pairs)
        {
            await CompareAsync(pair.What, pair.Alone, channel, pair.Channel, pair.IsTarget);
        }

        await using var database = await PostgresServer.StartNewAsync(isDurable: true);
        await using var distributor = await DistributorTaskPath.StartAsync(database, server, await server.Administration.CreateVirtualHostAsync());
        await CompareAsync("a message for each task of the client, and the product as a whole", 1, distributor, AskedAtOnce, true);

        report.Table("Tasks a second", ["", "tasks in a message", "runs", "median", "lowest", "highest"], rows);
        return report;

        async Task CompareAsync(string what, int inEachAlone, ITaskPath product, int inEachOfProduct, bool isTarget)
        {
            var (alone, ours) = (new List<double>(), new List<double>());
            // The first pair is not counted: it fills caches, and has code compiled.
            for (var i = 0; i <= repetitions; i++)
            {
                var isAloneFirst = i % 2 == 0;
                var one = isAloneFirst ? await RateAsync(run, bare, inEachAlone) : await RateAsync(run, product, inEachOfProduct);
                var other = isAloneFirst ? await RateAsync(run, product, inEachOfProduct) : await RateAsync(run, bare, inEachAlone);
                var (its, mine) = isAloneFirst ? (one, other) : (other, one);
                run.Tell(string.Create(CultureInfo.InvariantCulture, $"{what}: {its:N0} alone, {mine:N0} by the product"));
                if (i > 0)
                {
                    alone.Add(its);
                    ours.Add(mine);
                }
            }

            var ratios = ours.Zip(alone, (mine, its) => mine / its).Order().ToList();
            var ratio = ratios[ratios.Count / 2];
            report.Target(
                $"tasks distributed and acknowledged, over the client alone: {what}",
                isTarget ? "at least 60 %" : "",
                string.Create(CultureInfo.InvariantCulture, $"{ratio:P0} ({ratios[0]:P0} to {ratios[^1]:P0})"),
                isTarget ? ratio >= Least : null);
            rows.Add(Row($"client alone, {what}", inEachAlone, alone));
            rows.Add(Row($"Theseus, {what}", inEachOfProduct, ours));
        }
    }

    private static async Task<double> RateAsync(BenchRun run, ITaskPath path, int inEach)
    {
        var tasks = inEach == 1 ? run.Count(20_000, 2_000) : inEach == AskedAtOnce ? run.Count(50_000, 5_000) : run.Count(200_000, 10_000);
        var begun = TimeProvider.System.GetTimestamp();
        await path.RunAsync(tasks, inEach);
        return tasks / TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
    }

    private static string[] Row(string what, int inEach, List<double> rates)
    {
        var sorted = rates.Order().ToList();
        return [what, Number(inEach), Number(rates.Count), Number(sorted[sorted.Count / 2]), Number(sorted[0]), Number(sorted[^1])];
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
