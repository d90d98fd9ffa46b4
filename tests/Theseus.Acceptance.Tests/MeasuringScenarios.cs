using Theseus.Fleet;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of measuring, under the names that they were accepted by.</summary>
public sealed class MeasuringScenarios
{
    [Fact]
    public async Task MetricsCollectionStartsAndMeasures()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1);
        var first = await UntilAsync(fleet, report => report.Process is not null);
        for (var call = 0; call < 100; call++)
        {
            Assert.Contains("<em>", fleet.Renderers[0].Render("Some *text*."), StringComparison.Ordinal);
        }

        for (var call = 0; call < 5; call++)
        {
            Assert.ThrowsAny<ArgumentException>(() => fleet.Renderers[0].Render(null!));
        }

        GC.Collect();
        var kept = new byte[8 << 20];
        var report = await UntilAsync(fleet, report => CallsOf(report) is { Answered: >= 100, Failed: >= 5 } && report.Process!.Generation2Collections > first.Process!.Generation2Collections);

        var (before, now) = (first.Process!, report.Process!);
        Assert.True(now.Uptime > before.Uptime);
        Assert.InRange(now.ProcessorTime - before.ProcessorTime, TimeSpan.FromTicks(1), Environment.ProcessorCount * (now.Uptime - before.Uptime) + TimeSpan.FromSeconds(1));
        Assert.InRange(now.WorkingSetBytes, 1 << 20, 1L << 40);
        Assert.InRange(now.HeapBytes, 1, now.WorkingSetBytes);
        Assert.True(now.AllocatedBytes - before.AllocatedBytes >= kept.Length);
        Assert.True(now.CollectionPauses > before.CollectionPauses);
        Assert.True(now.PoolThreads > 0 && now.PoolCompleted > before.PoolCompleted);
        Assert.True(now.Exceptions - before.Exceptions >= 5);
        var calls = CallsOf(report)!;
        Assert.Equal((100, 5), (calls.Answered, calls.Failed));
        Assert.Equal(["System.ArgumentNullException"], calls.Failures.Keys);
        // One in eight is timed by default.
        Assert.InRange(calls.Latency.Count, 1, 100);
        Assert.True(calls.Latency.Quantile(0.5) > 0);
        GC.KeepAlive(kept);
    }

    private static MethodCalls? CallsOf(NodeReport report) =>
        report.Components.Single(one => one.Component == "markdown").Calls.SelectMany(one => one.Methods).SingleOrDefault(one => one.Method == "Render(string)");

    private static async Task<NodeReport> UntilAsync(Fleet fleet, Func<NodeReport, bool> holds) =>
        Assert.Single(await fleet.Plane.Upgrades.WaitForNodesAsync(nodes => nodes.All(holds), CancellationToken.None).WaitAsync(Fleet.Deadline));
}
