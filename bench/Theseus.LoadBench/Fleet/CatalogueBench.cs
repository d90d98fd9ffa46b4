using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Samples;
using Theseus.Server;

namespace Theseus.LoadBench.Fleet;

/// <summary>How soon each bad release of the samples is found out, by each strategy, and what its callers notice.</summary>
internal static class CatalogueBench
{
    private const int Nodes = 3;
    private const int CallsPerSecond = 200;
    private const double Longest = 10;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    /// <summary>What is bad, whether calls show it, and how its upgrade has to end.</summary>
    private static readonly (string Version, string Fault, bool ShowsInCalls, UpgradeState[] Ends)[] s_releases =
    [
        ("9.1.0", "throws on documents with a table", true, [UpgradeState.RolledBack]),
        ("9.2.0", "every call takes 50 ms more", true, [UpgradeState.RolledBack]),
        ("9.6.0", "a method that it calls is missing", true, [UpgradeState.RolledBack, UpgradeState.Failed]),
        ("9.10.0", "says that it is healthy, and throws on every call", true, [UpgradeState.RolledBack]),
        ("9.4.0", "cannot be constructed", false, [UpgradeState.Failed]),
        ("9.5.0", "an assembly is left out of its package", false, [UpgradeState.Failed]),
        ("9.7.0", "its start never ends", false, [UpgradeState.Failed]),
    ];

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("Bad releases found out", $"""
            {Nodes} nodes, real hosts, with a heartbeat of 2 s, and a control plane on SQLite in one process, all with default settings
            but for waves that are watched for a minute. {CallsPerSecond} calls a second go to the nodes in turn, due at fixed moments whether or
            not earlier ones are answered; the methods are idempotent. Each bad release of `markdown` among the samples whose fault shows before
            it is retired is asked for by each strategy. Measured is the time from the word that nodes may send calls to it, which is before
            its first call, until the verdict that takes it back; and how many callers saw a failure from the request until all nodes were back.
            """);
        var folder = Directory.CreateTempSubdirectory("theseus-catalogue-").FullName;
        var channel = new InProcessChannel();
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(folder, "control") };
        options.Feeds.Add(Path.Combine(ResultsFile.Repository, "artifacts", "releases"));
        var hosts = new List<BenchHost>();
        var rows = new List<IReadOnlyList<string>>();
        var (missed, slow, failed, longest) = (0, 0, 0L, 0.0);
        try
        {
            await using var plane = await ControlPlane.StartAsync(options, channel, time: null, NullLoggerFactory.Instance, CancellationToken.None);
            for (var node = 1; node <= Nodes; node++)
            {
                var name = $"node{node}";
                hosts.Add(await BenchHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("1.0.0")).JoinFleet(channel.Connect(name), one => one.Name = name)));
            }

            await plane.Components.WaitForAsync("markdown", found => found is { Lifecycle: ComponentLifecycle.Active }, CancellationToken.None).WaitAsync(s_deadline);
            await using var calls = new PacedCalls([.. hosts.Select(host => host.Get<IMarkdownRenderer>("markdown"))], CallsPerSecond);
            foreach (var (version, fault, shows, ends) in run.Quick ? s_releases[..2] : s_releases)
            {
                foreach (var strategy in run.Quick ? [UpgradeStrategy.Canary] : Enum.GetValues<UpgradeStrategy>())
                {
                    var before = calls.Failed;
                    var (upgrade, seconds) = await UpgradeAsync(plane, version, strategy);
                    var noticed = calls.Failed - before;
                    var isCaught = ends.Contains(upgrade.State);
                    missed += isCaught ? 0 : 1;
                    slow += shows && seconds > Longest ? 1 : 0;
                    failed += noticed;
                    longest = shows ? Math.Max(longest, seconds ?? 0) : longest;
                    rows.Add([$"{version}: {fault}", strategy.ToString(), upgrade.State.ToString(), upgrade.Verdicts is [.., var last] ? last.Rule : "before any call", seconds is { } took ? Number(took) : "", noticed.ToString(CultureInfo.InvariantCulture)]);
                }
            }
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }

        report.Target("bad releases caught, by each strategy", "all", $"{rows.Count - missed} of {rows.Count}", missed == 0);
        report.Target("of those that show in calls: each within", "10 s", $"{Number(longest)} s the longest", slow == 0);
        report.Target("calls that failed for their callers", "0", failed.ToString(CultureInfo.InvariantCulture), failed == 0);
        report.Table("By release and strategy", ["release", "strategy", "ended", "by the rule", "s until the verdict", "callers that saw a failure"], rows);
        return report;
    }

    private static async Task<(UpgradeRecord Ended, double? Seconds)> UpgradeAsync(ControlPlane plane, string version, UpgradeStrategy strategy)
    {
        var parameters = ParameterReader.Default(strategy) with { Observe = TimeSpan.FromMinutes(1), PrepareDeadline = TimeSpan.FromSeconds(5) };
        using var deadline = new CancellationTokenSource(s_deadline);
        var upgrade = await plane.Upgrades.StartAsync(new() { Targets = [new("markdown", version)], Parameters = parameters, RequestedBy = "bench" }, deadline.Token);
        DateTimeOffset? active = null;
        double? seconds = null;
        await foreach (var change in plane.Upgrades.WatchAsync(upgrade.Id, deadline.Token))
        {
            active ??= change is { State: UpgradeState.InProgress, Phase: WavePhase.Activating, WasActivated: true } ? change.Since : null;
            seconds ??= active is { } since && change.State == UpgradeState.RollingBack ? (change.Since - since).TotalSeconds : null;
            upgrade = change;
        }

        return (upgrade, seconds);
    }

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Calls renderers in turn at fixed moments, until it is disposed of.</summary>
    private sealed class PacedCalls : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private long _failed;

        public PacedCalls(IReadOnlyList<IMarkdownRenderer> renderers, int perSecond) => _running = Task.Run(() => RunAsync(renderers, perSecond));

        public long Failed => Interlocked.Read(ref _failed);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }

        private async Task RunAsync(IReadOnlyList<IMarkdownRenderer> renderers, int perSecond)
        {
            string[] documents = ["# One\n\nA *short* note.", "| a | b |\n| --- | --- |\n| 1 | 2 |\n", "- one\n- two\n"];
            var calls = new List<Task>();
            var (begun, due) = (TimeProvider.System.GetTimestamp(), 0L);
            while (!_stop.IsCancellationRequested)
            {
                for (; due < TimeProvider.System.GetElapsedTime(begun).TotalSeconds * perSecond; due++)
                {
                    calls.Add(CallAsync(renderers[(int)(due % renderers.Count)], documents[(int)(due / renderers.Count % documents.Length)]));
                }

                calls.RemoveAll(call => call.IsCompleted);
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }

            await Task.WhenAll(calls);
        }

        private async Task CallAsync(IMarkdownRenderer renderer, string document)
        {
            try
            {
                await renderer.RenderAsync(document, CancellationToken.None);
            }
            catch (Exception)
            {
                // Whatever it is, its caller saw it.
                Interlocked.Increment(ref _failed);
            }
        }
    }
}
