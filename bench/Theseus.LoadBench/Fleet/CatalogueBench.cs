using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime;
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

    private enum Shows
    {
        Never,
        BeforeCalls,
        InCalls,
        OnLeaving,
    }

    /// <summary>What is bad of each, and where it shows.</summary>
    private static readonly Release[] s_releases =
    [
        new("markdown", "2.0.0", "nothing", Shows.Never),
        new("markdown", "9.1.0", "throws on documents with a table", Shows.InCalls),
        new("markdown", "9.2.0", "every call takes 50 ms more", Shows.InCalls),
        new("markdown", "9.6.0", "a method that it calls is missing", Shows.InCalls),
        new("markdown", "9.10.0", "says that it is healthy, and throws on every call", Shows.InCalls),
        new("markdown", "9.4.0", "cannot be constructed", Shows.BeforeCalls),
        new("markdown", "9.5.0", "an assembly is left out of its package", Shows.BeforeCalls),
        new("markdown", "9.7.0", "its start never ends", Shows.BeforeCalls),
        new("rate-limiter", "9.1.0", "its import throws", Shows.BeforeCalls),
        new("rate-limiter", "9.3.0", "its migration does not give the same state back", Shows.BeforeCalls),
        new("rate-limiter", "9.4.0", "keeps no state", Shows.BeforeCalls),
        new("markdown", "9.3.0", "leaks a timer", Shows.OnLeaving),
        new("markdown", "9.3.1", "leaks a thread", Shows.OnLeaving),
        new("markdown", "9.3.2", "leaks a handler of a static event", Shows.OnLeaving),
        new("markdown", "9.8.0", "its stop never ends", Shows.OnLeaving),
        new("markdown", "9.9.0", "a call of it never ends", Shows.OnLeaving),
    ];

    private static readonly SwapDeadlines s_deadlines = new() { Start = TimeSpan.FromSeconds(2), Stop = TimeSpan.FromSeconds(1), Drain = TimeSpan.FromSeconds(2), Unload = TimeSpan.FromSeconds(5) };

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("Bad releases found out", $"""
            {Nodes} nodes, real hosts, with a heartbeat of 2 s, and a control plane on SQLite in one process, with default settings but for
            these: a start, a stop, a drain and an unloading have a few seconds; waves are watched for a minute, or for four seconds where
            the release does not show in calls; and calls of before are not made again to warm up a release that shows in calls, for that
            finds most of them before any caller is on them. {CallsPerSecond} calls a second go to the nodes in turn, due at fixed
            moments whether or not earlier ones are answered; the methods are idempotent. What does not show in calls is judged with
            `worseMedian=1.5`, `worseP95=2` and `worseP99=3`, for code that is new takes some 10 % longer. Each of the samples' bad releases is asked for
            by each strategy (the limiter's by those that can move state), and a good one. Measured is the time from the word that nodes may
            send calls to it, which is before its first call, until the verdict that takes it back; and how many callers saw a failure from
            the request until all nodes were back. What shows only when it has to go is caught when the record of going back names it.
            """);
        var found = new List<Found>();
        foreach (var group in (run.Quick ? s_releases[..2] : s_releases).GroupBy(release => release.Shows == Shows.InCalls))
        {
            await RunAsync(run, [.. group], new() { Loading = LoadingMode.Collectible, Deadlines = s_deadlines, WarmUp = group.Key ? new() { RecentCalls = 0 } : new() }, found);
        }

        var inCalls = found.Where(one => one.Release.Shows == Shows.InCalls).ToList();
        report.Target("bad releases caught, and good ones kept, by each strategy", "all", $"{found.Count(one => one.IsRight)} of {found.Count}", found.All(one => one.IsRight));
        report.Target("of those that show in calls: each within", "10 s", $"{Number(inCalls.Max(one => one.Seconds ?? double.PositiveInfinity))} s the longest", inCalls.All(one => one.Seconds <= Longest));
        report.Target("calls that failed for their callers", "0", $"{found.Sum(one => one.FailedCalls)}", found.All(one => one.FailedCalls == 0));
        report.Table("By release and strategy", ["release", "strategy", "the upgrade", "found by", "s until the verdict", "callers that saw a failure"], [.. found.Select(one => one.Row)]);
        return report;
    }

    private static async Task RunAsync(BenchRun run, IReadOnlyList<Release> releases, SwapOptions swap, List<Found> found)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-catalogue-").FullName;
        var channel = new InProcessChannel();
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(folder, "control") };
        options.Feeds.Add(Path.Combine(ResultsFile.Repository, "artifacts", "releases"));
        var hosts = new List<BenchHost>();
        try
        {
            await using var plane = await ControlPlane.StartAsync(options, channel, time: null, NullLoggerFactory.Instance, CancellationToken.None);
            for (var node = 1; node <= Nodes; node++)
            {
                var name = $"node{node}";
                hosts.Add(await BenchHost.StartAsync(theseus => theseus
                    .AddComponent<IMarkdownRenderer>("markdown", FromOne).AddComponent<IRateLimiter>("rate-limiter", FromOne)
                    .JoinFleet(channel.Connect(name), one => one.Name = name)));
            }

            foreach (var component in (string[])["markdown", "rate-limiter"])
            {
                await plane.Components.WaitForAsync(component, one => one is { Lifecycle: ComponentLifecycle.Active }, CancellationToken.None).WaitAsync(s_deadline);
            }

            // Without state there is nothing for a migration to get wrong.
            hosts.ForEach(host => host.Get<IRateLimiter>("rate-limiter").TryAcquire("somebody", 3));
            await using var calls = new PacedCalls([.. hosts.Select(host => host.Get<IMarkdownRenderer>("markdown"))], CallsPerSecond);
            foreach (var release in releases)
            {
                foreach (var strategy in run.Quick ? [UpgradeStrategy.Canary] : Enum.GetValues<UpgradeStrategy>().Where(one => release.Component == "markdown" || one != UpgradeStrategy.Gradual))
                {
                    var before = calls.Failed;
                    var (upgrade, seconds) = await UpgradeAsync(plane, release, strategy, () => $"{calls.Inside} calls are inside, of {calls.Begun}; {string.Join(" ", hosts.SelectMany(host => host.Engine.GetStatus(release.Component).Generations))}");
                    var (isRight, how) = await JudgeAsync(plane, hosts, upgrade, release);
                    found.Add(new Found(release, upgrade, isRight, how, seconds, calls.Failed - before));
                    run.Tell(string.Join(" | ", found[^1].Row));
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

        void FromOne(ComponentOptions component) => (component.InitialVersion, component.Swap) = ("[1.0.0]", swap);
    }

    /// <summary>Whether it went as it should, and who found what; and all nodes are on the first release again.</summary>
    private static async Task<(bool IsCaught, string How)> JudgeAsync(ControlPlane plane, IReadOnlyList<BenchHost> hosts, UpgradeRecord upgrade, Release release)
    {
        var (component, version, _, shows) = release;
        if (upgrade.State != UpgradeState.Completed)
        {
            var isRight = shows is Shows.InCalls or Shows.BeforeCalls && upgrade.State is UpgradeState.RolledBack or UpgradeState.Failed;
            return (isRight, !isRight ? upgrade.Detail
                : upgrade.Verdicts is [.., { Rule.Length: > 0 } last] ? $"the wave's verdict: {last.Rule}"
                : upgrade.WasActivated ? "its node, at the change"
                : "before any call");
        }

        if (version == "9.9.0")
        {
            _ = hosts[0].Get<IMarkdownRenderer>(component).RenderAsync("for ever", CancellationToken.None);
        }

        using var deadline = new CancellationTokenSource(s_deadline);
        var back = await plane.Rollback.RollBackAsync(upgrade.Id, "bench", "", deadline.Token);
        var ended = await plane.Upgrades.WaitForEndAsync(back.Id, deadline.Token);
        var records = hosts.SelectMany(host => host.Engine.GetStatus(component).Generations).Where(one => one.Version == version).Select(one => one.Retirement).OfType<RetirementRecord>().ToList();
        var named = ended.Lingering.Any(left => left.Contains($", {version}: ", StringComparison.Ordinal)) ? "the record of going back"
            : records.Any(one => one.Unload?.Pins.Count > 0 || one.StopProblems.Count > 0) ? "the hosts' records, and freed"
            : "";
        return (ended.State == UpgradeState.Completed && (shows == Shows.Never || (shows == Shows.OnLeaving && named.Length > 0)), shows == Shows.Never ? "" : named);
    }

    private static async Task<(UpgradeRecord Ended, double? Seconds)> UpgradeAsync(ControlPlane plane, Release release, UpgradeStrategy strategy, Func<string> describe)
    {
        var observe = TimeSpan.FromSeconds(release.Shows is Shows.OnLeaving or Shows.Never ? 4 : 60);
        var parameters = ParameterReader.Default(strategy) with { Observe = observe, WhenInconclusive = InconclusiveWave.RollBack, PrepareDeadline = TimeSpan.FromSeconds(30) };
        // Code that is minutes younger, around a later engine, takes some 10 to 15 % longer at the median: real, and not what is looked for in these.
        parameters = release.Shows is Shows.OnLeaving or Shows.Never ? parameters with { Judging = parameters.Judging with { WorseMedian = 1.5, WorseP95 = 2, WorseP99 = 3 } } : parameters;
        parameters = parameters is BlueGreenParameters blueGreen ? blueGreen with { WarmFor = TimeSpan.Zero } : parameters;
        using var deadline = new CancellationTokenSource(s_deadline);
        var upgrade = await plane.Upgrades.StartAsync(new() { Targets = [new(release.Component, release.Version)], Parameters = parameters, RequestedBy = "bench" }, deadline.Token);
        DateTimeOffset? active = null;
        double? seconds = null;
        try
        {
            await foreach (var change in plane.Upgrades.WatchAsync(upgrade.Id, deadline.Token))
            {
                active ??= change is { State: UpgradeState.InProgress, Phase: WavePhase.Activating, WasActivated: true } ? change.Since : null;
                seconds ??= active is { } since && change.State == UpgradeState.RollingBack ? (change.Since - since).TotalSeconds : null;
                upgrade = change;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The {strategy} upgrade to {release.Component} {release.Version} has not ended in {s_deadline}: {System.Text.Json.JsonSerializer.Serialize(upgrade with { Plan = null, Verdicts = [] })} {describe()}");
        }

        return (upgrade, seconds);
    }

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    private sealed record Release(string Component, string Version, string Fault, Shows Shows);

    private sealed record Found(Release Release, UpgradeRecord Upgrade, bool IsRight, string How, double? Seconds, long FailedCalls)
    {
        public IReadOnlyList<string> Row { get; } =
            [$"{Release.Component} {Release.Version}: {Release.Fault}", Upgrade.Request.Parameters.Strategy.ToString(), Upgrade.State.ToString(), How, Seconds is { } took ? Number(took) : "", $"{FailedCalls}"];
    }

    /// <summary>Calls renderers in turn at fixed moments, until it is disposed of.</summary>
    private sealed class PacedCalls : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private long _failed;
        private long _begun;
        private long _inside;

        public PacedCalls(IReadOnlyList<IMarkdownRenderer> renderers, int perSecond) => _running = Task.Run(() => RunAsync(renderers, perSecond));

        public long Failed => Interlocked.Read(ref _failed);

        public long Begun => Interlocked.Read(ref _begun);

        public long Inside => Interlocked.Read(ref _inside);

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
            Interlocked.Increment(ref _begun);
            Interlocked.Increment(ref _inside);
            try
            {
                await renderer.RenderAsync(document, CancellationToken.None);
            }
            catch (Exception)
            {
                // Whatever it is, its caller saw it.
                Interlocked.Increment(ref _failed);
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
