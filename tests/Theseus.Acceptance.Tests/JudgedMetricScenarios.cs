using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Theseus.Control.Upgrades;
using Theseus.Servers;

namespace Theseus.Acceptance.Tests;

/// <summary>Waves that are judged by what a real Prometheus knows of the user's own service.</summary>
public sealed class JudgedMetricScenarios
{
    private const string Queue = "prometheus:avg(service_queue{node=~\"$nodes\"}); by 50%";

    [Fact]
    public async Task AServicesOwnMetricThatGetsWorseStopsTheUpgradeAndOneThatDoesNotLetsItPass()
    {
        Assert.SkipWhen(PrometheusProcess.Missing is not null, PrometheusProcess.Missing ?? "");
        await using var service = await ServiceMetrics.StartAsync();
        await using var prometheus = await PrometheusProcess.StartNewAsync(service.Target);
        await using var fleet = await StartAsync(prometheus);
        service.NodesOn = version => NodesOn(fleet, version);
        await UntilScrapedAsync(service, 14);

        // Longer on the release's nodes.
        service.Factor = 3;
        var stopped = await fleet.RunAsync(Canary(TimeSpan.FromMinutes(5), ("metric.queue", Queue)));

        Assert.True(stopped.State == UpgradeState.RolledBack, stopped.Detail);
        var verdict = Assert.Single(stopped.Verdicts);
        Assert.Equal((WaveJudgement.Fail, "metric"), (verdict.Judgement, verdict.Rule));
        Assert.StartsWith("queue: worse than the baseline by more than 50%", verdict.Evidence);
        var queue = Assert.Single(verdict.Compared!.Metrics);
        Assert.Equal(MetricStanding.Worse, queue.Standing);
        Assert.InRange(queue.Candidate!.Value / queue.Baseline!.Value, 2, 4);

        // What it was judged by is on record, and comes to the same; with another margin it would not have stopped.
        var file = (await fleet.Plane.Upgrades.ReadJudgementAsync(stopped.Id, CancellationToken.None))!;
        var again = Control.Analysis.JudgementReplay.Of(file)[0].Moments[^1].Calls.Metrics.Single();
        Assert.Equal((queue.Standing, queue.Stretches, queue.Capital), (again.Standing, again.Stretches, again.Capital));
        var other = ParameterReader.ReadJudging(file.Plan.Judging, new Dictionary<string, string> { ["metric.queue"] = Queue.Replace("50%", "500%", StringComparison.Ordinal) }, out _);
        Assert.NotEqual(MetricStanding.Worse, Control.Analysis.JudgementReplay.Of(file, other)[0].Moments[^1].Calls.Metrics.Single().Standing);

        service.Factor = 1;
        await UntilScrapedAsync(service, 3);
        // How many values make a stretch hangs on how the machine kept step, so it may be too few to tell.
        var asked = Canary(TimeSpan.FromSeconds(14), ("metric.queue", Queue));
        var passed = await fleet.RunAsync(asked with { Parameters = asked.Parameters with { WhenInconclusive = InconclusiveWave.GoOn } });

        Assert.True(passed.State == UpgradeState.Completed, passed.Detail);
        Assert.Contains(passed.Verdicts, one => one.Compared?.Metrics is [{ Standing: MetricStanding.AsGood or MetricStanding.Open or MetricStanding.TooLittle, Stretches: > 0 }]);
    }

    [Fact]
    public async Task ALimitHoldsWhereThereIsNothingBesideAndWhatIsNotAnsweredIsNeverAPass()
    {
        Assert.SkipWhen(PrometheusProcess.Missing is not null, PrometheusProcess.Missing ?? "");
        await using var service = await ServiceMetrics.StartAsync();
        await using var prometheus = await PrometheusProcess.StartNewAsync(service.Target);
        await using var fleet = await StartAsync(prometheus);
        await UntilScrapedAsync(service, 3);

        var all = new ImmediateParameters { Judging = Judging(("metric.queue", Queue + "; limit 2")) };
        var broken = await fleet.RunAsync(Fleet.To("2.0.0", all) with { Parameters = all with { Observe = TimeSpan.FromMinutes(5) } });

        Assert.True(broken.State == UpgradeState.RolledBack, broken.Detail);
        Assert.StartsWith("queue: past its limit of 2", Assert.Single(broken.Verdicts).Evidence);

        var wrong = await fleet.RunAsync(Canary(TimeSpan.FromSeconds(4), ("metric.queue", "prometheus:service_queue{x!~\"$nodes\"}")));

        Assert.True(wrong.State == UpgradeState.RolledBack, wrong.Detail);
        Assert.Contains("It comes to 2 series; put sum(…)", wrong.Detail);
        Assert.Equal((WaveJudgement.Inconclusive, "metric-not-seen"), (wrong.Verdicts[^1].Judgement, wrong.Verdicts[^1].Rule));

        await prometheus.StopAsync();
        var away = await fleet.RunAsync(Canary(TimeSpan.FromSeconds(4), ("metric.queue", Queue)));

        Assert.True(away.State == UpgradeState.RolledBack, away.Detail);
        Assert.Contains("Prometheus does not answer", away.Detail);
        // What is only told holds nothing up.
        var told = await fleet.RunAsync(Canary(TimeSpan.FromSeconds(1), ("metric.queue", Queue + "; then tell")));
        Assert.True(told.State == UpgradeState.Completed, told.Detail);
    }

    [Fact]
    public async Task WithoutAPrometheusWhatAsksForOneIsRefused()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1);

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Upgrades.StartAsync(Canary(TimeSpan.Zero, ("metric.queue", Queue)), CancellationToken.None));

        Assert.Contains("this control plane knows none", refused.Message);
    }

    private static Task<Fleet> StartAsync(PrometheusProcess prometheus) => Fleet.StartAsync(nodes: 2, configure: options =>
    {
        options.Prometheus.Address = prometheus.Address;
        options.Prometheus.Step = TimeSpan.FromSeconds(1);
        options.Monitor.Interval = TimeSpan.FromMilliseconds(200);
    });

    private static WaveJudging Judging(params (string Name, string Text)[] metrics)
    {
        var judging = ParameterReader.ReadJudging(WaveJudging.Default with { WarmUp = TimeSpan.FromSeconds(1) }, metrics.ToDictionary(one => one.Name, one => one.Text), out var faults);
        Assert.Empty(faults);
        return judging;
    }

    private static UpgradeRequest Canary(TimeSpan observe, params (string Name, string Text)[] metrics)
    {
        var parameters = new CanaryParameters { Nodes = Amount.Nodes(1), Share = 1, Observe = observe, WhenInconclusive = InconclusiveWave.RollBack, Judging = Judging(metrics) };
        return Fleet.To("2.0.0", parameters) with { Parameters = parameters };
    }

    private static HashSet<string> NodesOn(Fleet fleet, string version) =>
        [.. fleet.Plane.Nodes.Nodes.Where(node => node.Report?.Components.Any(one => one.Component == "markdown" && one.Trial?.Release.Version == version) == true).Select(node => node.Name)];

    private static async Task UntilScrapedAsync(ServiceMetrics service, int times)
    {
        using var deadline = new CancellationTokenSource(Fleet.Deadline);
        for (var until = service.Scrapes + times; service.Scrapes < until;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    /// <summary>The metrics of a service of the user's own on two nodes, as it shows them to be scraped.</summary>
    private sealed class ServiceMetrics : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly Random _random = new(5);
        private int _scrapes;

        private ServiceMetrics(WebApplication application) => _application = application;

        public int Scrapes => Volatile.Read(ref _scrapes);

        /// <summary>How many times as much there is on the nodes of the new release.</summary>
        public double Factor { get; set; } = 1;

        public Func<string, IReadOnlySet<string>> NodesOn { get; set; } = _ => new HashSet<string>();

        public string Target => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

        public static async Task<ServiceMetrics> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var application = builder.Build();
            var service = new ServiceMetrics(application);
            application.Run(service.ShowAsync);
            await application.StartAsync();
            return service;
        }

        public ValueTask DisposeAsync() => _application.DisposeAsync();

        private Task ShowAsync(HttpContext context)
        {
            Interlocked.Increment(ref _scrapes);
            var on = NodesOn("2.0.0");
            var lines = ((string[])["node1", "node2"]).Select(node => string.Create(
                CultureInfo.InvariantCulture, $"service_queue{{node=\"{node}\"}} {(on.Contains(node) ? Factor : 1) * (10 + _random.NextDouble())}\n"));
            context.Response.ContentType = "text/plain; version=0.0.4";
            return context.Response.WriteAsync("# TYPE service_queue gauge\n" + string.Concat(lines));
        }
    }
}
