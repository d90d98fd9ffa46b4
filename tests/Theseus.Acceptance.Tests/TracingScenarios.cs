using System.Collections.Concurrent;
using System.Diagnostics;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime;

namespace Theseus.Acceptance.Tests;

/// <summary>One trace tells of an upgrade, over control plane and nodes.</summary>
public sealed class TracingScenarios
{
    [Fact]
    public async Task TheStagesOfAnUpgradeAndWhatNodesDidAreSpansOfOneTrace()
    {
        using var listened = new Listened();
        await using var fleet = await Fleet.StartAsync(nodes: 2);

        var done = await fleet.RunAsync(Fleet.To("2.0.0", new RollingParameters()));

        Assert.True(done.State == UpgradeState.Completed, done.Detail);
        Assert.Equal(UpgradeTraces.LongestParent, done.Trace!.Length);
        var spans = listened.Of(done);
        var first = Assert.Single(spans, span => span.OperationName == "theseus.upgrade");
        Assert.Equal(done.Trace, first.Id);
        Assert.Equal("markdown 2.0.0", first.GetTagItem("theseus.components"));
        Assert.All(spans.Where(span => span != first), span => Assert.Equal(first.SpanId, span.ParentSpanId));
        Assert.All(spans, span => Assert.Equal((done.Id, ActivityStatusCode.Unset), (span.GetTagItem("theseus.upgrade"), span.Status)));
        Assert.Equal(
            ["theseus.upgrade.pending", "theseus.upgrade.validating", "theseus.upgrade.preparing", "theseus.upgrade.activating", "theseus.upgrade.observing", "theseus.upgrade.preparing", "theseus.upgrade.activating", "theseus.upgrade.observing", "theseus.upgrade.confirming", "theseus.upgrade.confirming"],
            spans.Where(span => span.OperationName.StartsWith("theseus.upgrade.", StringComparison.Ordinal)).OrderBy(span => span.StartTimeUtc + span.Duration).Select(span => span.OperationName));
        foreach (var node in (string[])["node1", "node2"])
        {
            var tasks = spans.Where(span => (string?)span.GetTagItem("theseus.node") == node).Select(span => span.OperationName).Distinct().ToList();
            Assert.Superset(new HashSet<string> { "theseus.node.prepare", "theseus.node.activate", "theseus.node.confirm", "theseus.node.probe" }, tasks.ToHashSet());
        }

        var observed = spans.First(span => span.OperationName == "theseus.upgrade.observing");
        Assert.Equal((1, "Pass"), (observed.GetTagItem("theseus.wave"), observed.GetTagItem("theseus.verdict")));
        Assert.True(observed.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task WhatWentWrongIsAnErrorOfTheStageAndOfTheNodesTask()
    {
        using var listened = new Listened();
        await using var fleet = await Fleet.StartAsync(nodes: 1);

        var failed = await fleet.RunAsync(Fleet.To("9.4.0", new ImmediateParameters()));

        Assert.Equal(UpgradeState.Failed, failed.State);
        var errors = listened.Of(failed).Where(span => span.Status == ActivityStatusCode.Error).ToList();
        var task = Assert.Single(errors, span => span.OperationName == "theseus.node.prepare");
        Assert.Equal(nameof(SwapReason.LoadFailed), task.GetTagItem("theseus.reason"));
        Assert.Contains("ConstructorThrew", task.StatusDescription);
        Assert.Contains(errors, span => span.OperationName == "theseus.upgrade.preparing" && span.StatusDescription!.Contains("LoadFailed", StringComparison.Ordinal));
    }

    /// <summary>All spans of the source, of whichever test.</summary>
    private sealed class Listened : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _spans = [];
        private readonly ActivityListener _listener;

        public Listened()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == UpgradeTraces.SourceName,
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _spans.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<Activity> Of(UpgradeRecord upgrade) => [.. _spans.Where(span => upgrade.Trace is { } trace && span.TraceId.ToHexString() == trace.Split('-')[1])];

        public void Dispose() => _listener.Dispose();
    }
}
