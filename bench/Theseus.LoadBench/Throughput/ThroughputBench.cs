using System.Globalization;
using Theseus.Runtime;
using Theseus.Samples;
using Theseus.Samples.Markdown;

namespace Theseus.LoadBench.Throughput;

/// <summary>The same rendering code, referenced by the host, and as a component: resident, and unloadable.</summary>
internal static class ThroughputBench
{
    private const double Target = 0.98;
    private const int DocumentsPerRound = 60;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        await using var host = await BenchHost.StartAsync(theseus => theseus
            .AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("2.0.0", LoadingMode.Resident)));
        await using var other = await BenchHost.StartAsync(theseus => theseus
            .AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("2.0.0")));
        // As callers of the contract, all three: what differs is where the code is, and how it was loaded.
        Way[] ways =
        [
            new("referenced by the host", new MarkdownRenderer()),
            new("resident component", host.Get<IMarkdownRenderer>("markdown")),
            new("collectible component", other.Get<IMarkdownRenderer>("markdown")),
        ];
        CheckThatEachHasItsOwnCode(ways.Length);
        WarmUp(ways, run);
        for (var round = 0; round < run.Count(1_200, 20); round++)
        {
            // Each round in another order, so that none always follows the same one.
            for (var i = 0; i < ways.Length; i++)
            {
                ways[(round + i) % ways.Length].Round(DocumentsPerRound);
            }

            if (round % 300 == 299)
            {
                run.Tell($"round {round + 1}");
            }
        }

        return Report(ways);
    }

    // The compiler's last, profiled tier comes in the background; on a busy machine late.
    private static void WarmUp(Way[] ways, BenchRun run)
    {
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        while (Environment.CpuUsage.TotalTime - used < run.Time(15, 1) && time.GetElapsedTime(begun) < run.Time(120, 10))
        {
            foreach (var way in ways)
            {
                way.Render(DocumentsPerRound);
            }
        }
    }

    private static void CheckThatEachHasItsOwnCode(int ways)
    {
        var copies = AppDomain.CurrentDomain.GetAssemblies().Count(one => one.GetName().Name == "Markdig");
        if (copies != ways)
        {
            throw new InvalidOperationException($"Markdig was loaded {copies} times, not {ways} times: the ways share their code.");
        }
    }

    private static BenchReport Report(Way[] ways)
    {
        var report = new BenchReport("Throughput of component code", $"""
            Rendering with Markdig 1.6.0, the demo's documents one after another, on one thread: the source of the component
            `samples/Markdown/2.0.0` compiled into the host and its package reference, against the component of that release
            through its proxy. Rounds of {DocumentsPerRound} documents, the three in turn, {ways[0].Wall.Count} rounds each after a warm-up. A round is
            measured twice: in processor time of the process, which other programs on the machine do not add to, and in time
            by the clock, which they do. A ratio is the quotient of two medians. The first counts.
            """);
        foreach (var way in ways.Skip(1))
        {
            var ratio = Ratio(ways[0].Processor, way.Processor);
            report.Target(
                $"throughput of the {way.Name} over the same code {ways[0].Name}",
                way == ways[1] ? $"at least {Target.ToString(CultureInfo.InvariantCulture)}" : "reported",
                ratio.ToString("F3", CultureInfo.InvariantCulture),
                way == ways[1] ? ratio >= Target : null);
        }

        report.Table(
            "Rounds",
            ["way", "documents per processor second, median", "lowest decile", "highest decile", "ratio", "documents per second by the clock, median", "ratio"],
            ways.Select(way => (string[])
            [
                way.Name,
                PerSecond(way.Processor, 0.5), PerSecond(way.Processor, 0.9), PerSecond(way.Processor, 0.1),
                Ratio(ways[0].Processor, way.Processor).ToString("F3", CultureInfo.InvariantCulture),
                PerSecond(way.Wall, 0.5),
                Ratio(ways[0].Wall, way.Wall).ToString("F3", CultureInfo.InvariantCulture),
            ]));
        return report;
    }

    private static double Ratio(List<double> reference, List<double> way) => new Quantiles(reference).Median / new Quantiles(way).Median;

    private static string PerSecond(List<double> seconds, double share) =>
        (DocumentsPerRound / new Quantiles(seconds).At(share)).ToString("F0", CultureInfo.InvariantCulture);

    private sealed class Way(string name, IMarkdownRenderer renderer)
    {
        public string Name { get; } = name;

        /// <summary>Seconds of each round.</summary>
        public List<double> Wall { get; } = [];

        public List<double> Processor { get; } = [];

        public void Round(int documents)
        {
            var begun = TimeProvider.System.GetTimestamp();
            var used = Environment.CpuUsage.TotalTime;
            Render(documents);
            Processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
            Wall.Add(TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
        }

        public void Render(int documents)
        {
            var length = 0;
            for (var i = 0; i < documents; i++)
            {
                length += renderer.Render(Documents.All[i % Documents.All.Length]).Length;
            }

            if (length == 0)
            {
                throw new InvalidOperationException("Nothing was rendered.");
            }
        }
    }
}
