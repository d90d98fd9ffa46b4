using System.Diagnostics;
using System.Globalization;
using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Fleet.Metrics;
using Theseus.Fleet.Wire;
using Theseus.JudgeBench.Sampling;
using Theseus.LoadBench;

namespace Theseus.JudgeBench;

/// <summary>What a second of a large fleet's reports costs the control plane while a wave is watched, on one core.</summary>
internal static class MergingBench
{
    private const int Nodes = 1000;
    private const int Methods = 10;
    private const int CallsOfAMethod = 20;
    private static readonly ReleaseId s_from = new("1.0.0", new string('a', 64));
    private static readonly ReleaseId s_to = new("2.0.0", new string('b', 64));

    public static BenchReport Run(BenchRun run)
    {
        var report = new BenchReport("Merging what nodes report", $"""
            {Nodes} nodes, each sending half of its calls to the candidate, report once a second: {Methods} methods on each of two generations,
            {2 * Methods * CallsOfAMethod} calls a second on a node, lognormal latencies with failures among them, as counts from the beginning. One thread reads
            each message as it comes over a broker, takes the difference to the node's report before, and merges it into the wave's two
            sides; then the second's piece of evidence is analysed, as the judge does each second. The reports of each second are made beforehand.
            """, "Theseus.Judge");
        var fleet = Enumerable.Range(0, Nodes).Select(node => new Node($"node{node}", node)).ToList();
        var request = new UpgradeRequest { Targets = [new("a", "2.0.0")], Parameters = new GradualParameters { Steps = [0.5, 1] }, RequestedBy = "bench" };
        var plan = UpgradePlanner.Plan(request, [new("a", s_from, s_to)], _ => [.. fleet.Select(node => new PlannedNode(node.Name, ""))]);
        var upgrade = new UpgradeRecord { Id = "u", Request = request, Plan = plan, State = UpgradeState.InProgress, Phase = WavePhase.Observing, Since = DateTimeOffset.UnixEpoch, RequestedAt = DateTimeOffset.UnixEpoch };
        var watch = new UpgradeWatch(plan);
        var known = new Dictionary<string, NodeReport>(StringComparer.Ordinal);
        watch.Follow(upgrade, (_, _) => null);
        var rows = new List<(double Reading, double Merging, double Judging, long Bytes)>();
        for (var second = 1; second <= run.Count(12, 3) + 2; second++)
        {
            var messages = fleet.ConvertAll(node => node.Report(second));
            var reports = new List<NodeReport>(Nodes);
            var begun = Stopwatch.GetTimestamp();
            reports.AddRange(messages.Select(message => WireFormat.ReadNodeReport(message.Type, message.Body.Span)));
            var read = Stopwatch.GetTimestamp();
            foreach (var one in reports)
            {
                watch.Take(one.Node, component => known.GetValueOrDefault(one.Node)?.Components[0], one);
                known[one.Node] = one;
            }

            var merged = Stopwatch.GetTimestamp();
            while (watch.Next(DateTimeOffset.UnixEpoch.AddSeconds(second), isLast: true) is { } piece)
            {
                watch.Add(piece);
            }

            watch.Compare(0);
            var judged = Stopwatch.GetTimestamp();
            // The first two fill caches, and the second report of a node is the first that there is a difference of.
            if (second > 2)
            {
                rows.Add((Milliseconds(begun, read), Milliseconds(read, merged), Milliseconds(merged, judged), messages.Sum(message => (long)message.Body.Length)));
            }
        }

        var compared = watch.Compare(0);
        var expected = (long)Nodes * Methods * CallsOfAMethod * (rows.Count + 1);
        var (reading, merging, judging) = (Median(rows.Select(row => row.Reading)), Median(rows.Select(row => row.Merging)), Median(rows.Select(row => row.Judging)));
        var all = reading + merging + judging;
        report.Target("a second of reports of 1,000 nodes, all of it, median", "under 1,000 ms", Text(all) + " ms", all < 1000);
        report.Target("of that: merging into the wave's sides", "", Text(merging) + " ms", null);
        report.Target("so many nodes a second on one core", "1,000", (Nodes * 1000 / all).ToString("N0", CultureInfo.InvariantCulture), Nodes * 1000 / all >= Nodes);
        report.Target("calls of each side that were counted, of those that were made", "all", $"{compared.CandidateCalls.ToString("N0", CultureInfo.InvariantCulture)} of {expected.ToString("N0", CultureInfo.InvariantCulture)}", compared.CandidateCalls == expected && compared.BaselineCalls == expected);
        report.Table(
            "By part, median of the seconds",
            ["part", "ms for 1,000 nodes", "µs a node"],
            [
                ["reading the messages, " + (rows[^1].Bytes / Nodes / 1024.0).ToString("0.#", CultureInfo.InvariantCulture) + " KiB each at the end", Text(reading), Text(reading)],
                ["differences and merging", Text(merging), Text(merging)],
                ["analysing the second, 10 methods", Text(judging), ""],
            ]);
        return report;
    }

    private static string Text(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values) => new Quantiles([.. values]).Median;

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    /// <summary>One node, whose counts grow by a second's calls with each report.</summary>
    private sealed class Node(string name, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<(ReleaseId, int), MethodCalls> _calls = [];
        private long _sequence;

        public string Name => name;

        public WireMessage Report(int second) => WireFormat.Write(new NodeReport
        {
            Node = name,
            Incarnation = "1",
            StartedAt = DateTimeOffset.UnixEpoch,
            Sequence = ++_sequence,
            Components =
            [
                new ComponentReport
                {
                    Component = "a",
                    Contract = "IA",
                    Confirmed = s_from,
                    Trial = new() { Release = s_to, Share = 0.5, Elapsed = TimeSpan.FromSeconds(second + 10), Candidate = new(0, 0, default, default), Stable = new(0, 0, default, default) },
                    Calls = [new(s_from, 1, [.. Enumerable.Range(0, Methods).Select(method => Called(s_from, method))]), new(s_to, 2, [.. Enumerable.Range(0, Methods).Select(method => Called(s_to, method))])],
                },
            ],
        });

        private MethodCalls Called(ReleaseId release, int method)
        {
            var known = _calls.GetValueOrDefault((release, method)) ?? new MethodCalls { Method = $"Method{method}(string)", Answered = 0 };
            var failed = _random.Next(CallsOfAMethod) == 0 ? 1 : 0;
            var latencies = Enumerable.Range(0, CallsOfAMethod - failed).Select(_ => TimeSpan.FromMilliseconds(_random.Lognormal(5, 0.8)));
            return _calls[(release, method)] = known with
            {
                Answered = known.Answered + CallsOfAMethod - failed,
                Failures = new Dictionary<string, long> { ["System.TimeoutException"] = known.Failed + failed },
                Latency = known.Latency.Merge(LatencySketch.Of(latencies)),
            };
        }
    }
}
