using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Relay;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Server;

namespace Theseus.LoadBench.Fleet;

/// <summary>How long it takes from the request for an upgrade until callers are on the new release, beside what the release itself takes.</summary>
internal static class ActivationBench
{
    private const double Longest = 100;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var report = new BenchReport("From request to first activation", """
            One node, a real host, with a component of one class, under a caller without a pause; a control plane on SQLite in
            the same process. Both releases have been in the node's store and in the control plane's since before. From the request
            (`RuntimeUpgradeManager.StartAsync`) until the node sends calls to the new release: validation, plan, three changes of
            the record on the disk, three tasks and the reports that answer them. What the release itself takes, its load, start, health check and
            warm-up by the node's own record, is taken off, and so is what the node waits to see how the old release does.
            """);
        var folder = Directory.CreateTempSubdirectory("theseus-activation-").FullName;
        var channel = new InProcessChannel();
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(folder, "control") };
        options.Feeds.Add(Path.Combine(ResultsFile.Repository, "artifacts", "releases"));
        await using var plane = await ControlPlane.StartAsync(options, channel, time: null, NullLoggerFactory.Instance, CancellationToken.None);
        await using (var host = await BenchHost.StartAsync(theseus => theseus
            .AddComponent<IRelay>("relay", component => (component.InitialVersion, component.Loading, component.Swap) = ("[1.0.0]", LoadingMode.Collectible, BenchHost.WithoutTrial))
            .JoinFleet(channel.Connect("node1"), node => node.Name = "node1")))
        {
            while (plane.Components.Find("relay") is not { Lifecycle: ComponentLifecycle.Active })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }

            var relay = host.Get<IRelay>("relay");
            var callers = new Callers().Add(1, _ => () => relay.Call(() => "token").EndsWith(">token", StringComparison.Ordinal));
            var beside = new List<double>();
            var all = new List<double>();
            await using (callers)
            {
                for (var i = 0; i < run.Count(40, 4) + 2; i++)
                {
                    var (took, own) = await UpgradeAsync(plane, host, i % 2 == 0 ? "2.0.0" : "1.0.0");
                    // The first two fill the stores, and the compiler's caches.
                    if (i >= 2)
                    {
                        all.Add(took);
                        beside.Add(took - own);
                    }
                }
            }

            var quantiles = new Quantiles(beside);
            report.Target("from request to first activation, beside the release's own load and warm-up, median", "under 100 ms", $"{Number(quantiles.Median)} ms", quantiles.Median < Longest);
            report.Target("the longest of all", "under 100 ms", $"{Number(quantiles.Max)} ms", quantiles.Max < Longest);
            report.Target("failed calls", "0", $"{callers.Failed} of {callers.Answered.ToString("N0", CultureInfo.InvariantCulture)}", callers.Failed == 0);
            report.Table("Times", ["", "count", "median, ms", "p99, ms", "longest, ms"],
            [
                ["from request to first activation", .. Row(new Quantiles(all))],
                ["the same, beside the release's own load and warm-up", .. Row(quantiles)],
            ]);
        }

        Directory.Delete(folder, recursive: true);
        return report;
    }

    private static async Task<(double Took, double Own)> UpgradeAsync(ControlPlane plane, BenchHost host, string version)
    {
        using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
        var begun = TimeProvider.System.GetTimestamp();
        var upgrade = await plane.Upgrades.StartAsync(
            new UpgradeRequest { Targets = [new UpgradeTarget("relay", version)], Parameters = new ImmediateParameters { Observe = TimeSpan.FromSeconds(0.1) }, RequestedBy = "bench" }, deadline.Token);
        // At short intervals rather than without a pause: looking must not take a processor from what is looked at.
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        while (host.Engine.GetStatus("relay").Trial is null)
        {
            await look.WaitForNextTickAsync(deadline.Token);
        }

        var took = TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds;
        var ended = await plane.Upgrades.WaitForEndAsync(upgrade.Id, deadline.Token);
        if (ended.State != UpgradeState.Completed)
        {
            throw new InvalidOperationException($"{ended.State}: {ended.Detail}");
        }

        SwapStep[] own = [SwapStep.Load, SwapStep.Start, SwapStep.HealthCheck, SwapStep.WarmUp];
        // The newest two records are the staging and the swap.
        var steps = host.Engine.GetHistory("relay", 2).SelectMany(record => record.Steps).Where(step => own.Any(one => one.ToString() == step.Step));
        return (took, steps.Sum(step => step.Duration.TotalMilliseconds));
    }

    private static string[] Row(Quantiles values) => [values.Count.ToString(CultureInfo.InvariantCulture), .. values.Cells("F1")];

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
