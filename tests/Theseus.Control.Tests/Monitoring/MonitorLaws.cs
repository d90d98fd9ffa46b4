using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Fleet.Metrics;
using Theseus.Testing;

namespace Theseus.Control.Tests.Monitoring;

/// <summary>What a monitor makes of a fleet's reports over time.</summary>
public sealed class MonitorLaws
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly ReleaseId s_release = new("1.0.0", new string('a', 64));

    private readonly ManualTimeProvider _time = new();
    private readonly MonitorOptions _options = new() { Interval = TimeSpan.FromSeconds(1), Kept = TimeSpan.FromMinutes(1) };
    private FleetLook _look = Look();

    private PerformanceMonitor Monitor(params AlertRule[] rules)
    {
        _options.Rules.Clear();
        foreach (var rule in rules)
        {
            _options.Rules.Add(rule);
        }

        return new PerformanceMonitor(_ => Task.FromResult(_look), _options, _time, NullLogger.Instance);
    }

    private async Task NextAsync(PerformanceMonitor monitor, FleetLook look)
    {
        _look = look;
        await monitor.LookAsync(s_none);
        _time.Advance(_options.Interval);
    }

    private static FleetLook Look(params NodeStatus[] nodes) => new(
        nodes,
        new TaskStatistics { Total = 0, ByState = new Dictionary<TaskState, long>(), ByKind = [], Nodes = [], NodeTasks = [] },
        new UpgradeStatistics(new Dictionary<UpgradeState, long>()),
        []);

    private NodeStatus Node(string name, int second, long answered = 0, long failed = 0, string incarnation = "i1", NodeState state = NodeState.Alive, params double[] milliseconds) => new()
    {
        Name = name,
        State = state,
        HeardAt = _time.GetUtcNow(),
        Report = new NodeReport
        {
            Node = name, Incarnation = incarnation, StartedAt = DateTimeOffset.UnixEpoch, Sequence = second + 1, Processors = 2,
            Process = new ProcessMetrics
            {
                Uptime = TimeSpan.FromSeconds(100 + second), ProcessorTime = TimeSpan.FromSeconds(7 + 0.5 * second), WorkingSetBytes = 1 << 27, HeapBytes = 1 << 24, AllocatedBytes = 0, CollectionPauses = TimeSpan.FromMilliseconds(20 * second),
                Generation0Collections = 0, Generation1Collections = 0, Generation2Collections = 0, PoolThreads = 4, PoolQueue = 3, PoolCompleted = 1, LockContentions = 10 * second, Exceptions = 4 * second,
            },
            Components =
            [
                new ComponentReport
                {
                    Component = "greeter", Contract = "IGreeter", Confirmed = s_release,
                    Calls = [new(s_release, 1, [new MethodCalls { Method = "Greet()", Answered = answered, Failures = new Dictionary<string, long> { ["Bad"] = failed }, Latency = LatencySketch.Of(milliseconds.Select(TimeSpan.FromMilliseconds)) }])],
                },
            ],
        },
    };

    private static double? Last(PerformanceMonitor monitor, string metric, string subject) =>
        monitor.Read(new SeriesId(metric, subject), TimeSpan.FromHours(1)) is [.., var last] ? last.Value : null;

    [Fact]
    public async Task TheMeterTellsWhatTheLastLookSawAndTheAlertsThatAreNotCleared()
    {
        var monitor = Monitor(new AlertRule { Name = "heap", Metric = "node.heap", Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 1 });
        using var meter = new FleetMeter(monitor);
        Assert.Empty(Measured(meter));

        await NextAsync(monitor, Look(Node("node1", 0), Node("node2", 0)));
        await NextAsync(monitor, Look(Node("node1", 1)));

        var measured = Measured(meter);
        Assert.Contains(("theseus.nodes.alive", "1", "", 1.0), measured);
        Assert.Contains(("theseus.node.heap", "By", "theseus.node=node1", 1 << 24), measured);
        Assert.Contains(("theseus.node.lock-contentions", "1/s", "theseus.node=node1", 10), measured);
        // One that the last look did not see is not told of any more.
        Assert.DoesNotContain(measured, one => one.Tags == "theseus.node=node2");
        Assert.Contains(("theseus.alerts", "{alert}", "theseus.rule=heap theseus.subject=node1 theseus.severity=Warning theseus.state=Raised", 1), measured);
        Assert.Equal(MonitoredMetric.All.Select(one => $"theseus.{one.Name}").Append("theseus.alerts").Order(), Instruments(meter).Order());
    }

    private static List<(string Name, string Unit, string Tags, double Value)> Measured(FleetMeter meter)
    {
        var measured = new List<(string, string, string, double)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, one) => { if (instrument.Meter == meter.Meter) { one.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Add((instrument.Name, instrument.Unit!, Words(tags), value)));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => measured.Add((instrument.Name, instrument.Unit!, Words(tags), value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;

        static string Words(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
    }

    private static List<string> Instruments(FleetMeter meter)
    {
        var found = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { if (instrument.Meter == meter.Meter) { found.Add(instrument.Name); } } };
        listener.Start();
        return found;
    }

    [Fact]
    public async Task WhatANodeUsesIsARateBetweenTwoLooks()
    {
        var monitor = Monitor();
        await NextAsync(monitor, Look(Node("node1", 0)));
        Assert.Null(Last(monitor, "node.processor", "node1"));
        Assert.Equal(1 << 27, Last(monitor, "node.working-set", "node1"));
        // A report between was lost: the rate is over the time that the process tells.
        await NextAsync(monitor, Look(Node("node1", 4)));

        Assert.Equal(0.25, Last(monitor, "node.processor", "node1"));
        Assert.Equal(0.02, Last(monitor, "node.collection-pauses", "node1")!.Value, 6);
        Assert.Equal(10, Last(monitor, "node.lock-contentions", "node1"));
        Assert.Equal(4, Last(monitor, "node.exceptions", "node1"));
        Assert.Equal(3, Last(monitor, "node.pool-queue", "node1"));
        Assert.Equal(1, Last(monitor, "nodes.alive", ""));

        // The same report once more says nothing of the time between.
        await NextAsync(monitor, Look(Node("node1", 4)));
        Assert.Equal(2, monitor.Read(new("node.lock-contentions", "node1"), TimeSpan.FromHours(1)).Count + 1);
    }

    [Fact]
    public async Task AComponentsCallsAreAddedUpOverNodesWithoutLossOrDoubling()
    {
        var monitor = Monitor();
        await NextAsync(monitor, Look(Node("node1", 0, answered: 1000), Node("node2", 0, answered: 500)));
        // What was counted before is of no known time.
        Assert.Null(Last(monitor, "component.calls", "greeter"));
        await NextAsync(monitor, Look(Node("node1", 1, answered: 1008, milliseconds: [1, 2, 3, 4, 5, 6, 7, 100]), Node("node2", 1, answered: 500, failed: 2)));

        Assert.Equal(10, Last(monitor, "component.calls", "greeter"));
        Assert.Equal(0.2, Last(monitor, "component.failures", "greeter")!.Value, 6);
        Assert.InRange(Last(monitor, "component.p50", "greeter")!.Value, 0.99 * 0.004, 1.01 * 0.004);
        Assert.InRange(Last(monitor, "component.p95", "greeter")!.Value, 0.99 * 0.007, 1.01 * 0.007);
        // Doubled: nothing more.
        await NextAsync(monitor, Look(Node("node1", 1, answered: 1008, milliseconds: [1, 2, 3, 4, 5, 6, 7, 100]), Node("node2", 1, answered: 500, failed: 2)));
        Assert.Equal(0, Last(monitor, "component.calls", "greeter"));
        // A process that was started again counts from 0.
        await NextAsync(monitor, Look(Node("node1", 0, answered: 3, incarnation: "i2"), Node("node2", 2, answered: 501, failed: 2)));
        Assert.Equal(4, Last(monitor, "component.calls", "greeter"));
        Assert.Equal((12, 2), (Assert.Single(monitor.CallsByMethod).Answered, monitor.CallsByMethod[0].Failed));
        // It is gone from all nodes.
        await NextAsync(monitor, Look());
        Assert.Empty(monitor.CallsByMethod);
    }

    [Fact]
    public async Task SeriesAreBoundedInNumberAndLengthAndForgottenWithTheirSubject()
    {
        _options.MostSeries = 12;
        var monitor = Monitor();
        for (var second = 0; second < 100; second++)
        {
            await NextAsync(monitor, Look([.. Enumerable.Range(0, 30).Select(number => Node($"node{number:00}", second))]));
        }

        Assert.Equal(60, monitor.Read(new("nodes.alive", ""), TimeSpan.FromHours(1)).Count);
        Assert.Equal(12, MonitoredMetric.All.Sum(metric => monitor.SubjectsOf(metric.Name).Count));
        for (var second = 0; second < 61; second++)
        {
            await NextAsync(monitor, Look());
        }

        Assert.All(MonitoredMetric.All.Where(metric => metric.Scope != MetricScope.Fleet), metric => Assert.Empty(monitor.SubjectsOf(metric.Name)));
        Assert.Equal(10, monitor.Read(new("nodes.alive", ""), TimeSpan.FromSeconds(10)).Count);
    }

    [Fact]
    public async Task AnAlertIsToldOnceWhenItIsRaisedAcknowledgedAndCleared()
    {
        var monitor = Monitor(new AlertRule { Name = "lost", Metric = "nodes.lost", Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 0, RaiseAfter = TimeSpan.FromSeconds(2), ClearAfter = TimeSpan.FromSeconds(2), Text = "See to it." });
        using var stop = new CancellationTokenSource();
        await using var changes = monitor.WatchAlertsAsync(stop.Token).GetAsyncEnumerator();
        var next = changes.MoveNextAsync();
        foreach (var isLost in (bool[])[false, true, true])
        {
            await NextAsync(monitor, Look(Node("node1", 0, state: isLost ? NodeState.Lost : NodeState.Alive)));
            Assert.Empty(monitor.Alerts);
        }

        await NextAsync(monitor, Look(Node("node1", 0, state: NodeState.Lost)));
        Assert.True(await next);
        var raised = Assert.Single(monitor.Alerts);
        Assert.Equal(("lost", "", AlertState.Raised, 1d, 1), (raised.Rule, raised.Subject, raised.State, raised.Value!.Value, raised.Revision));
        Assert.Equal("nodes.lost is 1; at most 0 is good. See to it.", raised.Text);
        Assert.Equal(raised, changes.Current);

        Assert.Null(monitor.Acknowledge("another", "operator", ""));
        var seen = monitor.Acknowledge(raised.Id, "operator", "I am on it.");
        Assert.Equal((AlertState.Acknowledged, "operator", "I am on it.", 2), (seen!.State, seen.AcknowledgedBy, seen.Note, seen.Revision));
        Assert.Equal(seen, monitor.Acknowledge(raised.Id, "another", ""));

        for (var second = 0; second < 3; second++)
        {
            await NextAsync(monitor, Look(Node("node1", 0)));
        }

        var cleared = Assert.Single(monitor.Alerts);
        Assert.Equal((raised.Id, AlertState.Cleared, "nodes.lost is 0", 3), (cleared.Id, cleared.State, cleared.ClearedBy, cleared.Revision));
        Assert.Equal(cleared, monitor.FindAlert(raised.Id));
        Assert.Equal(cleared, monitor.Acknowledge(raised.Id, "operator", ""));
        foreach (var state in (AlertState[])[AlertState.Acknowledged, AlertState.Cleared])
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal(state, changes.Current.State);
        }

        var last = changes.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await last);
    }

    [Fact]
    public async Task EachSubjectHasAnAlertOfItsOwnAndOneThatIsGoneIsCleared()
    {
        _options.ClearedKept = 1;
        var monitor = Monitor(new AlertRule { Name = "silent", Metric = "node.silent", Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 5 });
        var silent = new[] { Node("node1", 0), Node("node2", 0), Node("node3", 0) };
        _time.Advance(TimeSpan.FromSeconds(10));
        await NextAsync(monitor, Look(silent[0], silent[1], Node("node3", 0)));

        Assert.Equal(["node1", "node2"], monitor.Alerts.Select(alert => alert.Subject).Order());
        // node1 was removed, of node2 is heard again: without a value what is raised stays for as long as anything is known.
        await NextAsync(monitor, Look(Node("node2", 0), Node("node3", 0)));
        Assert.Equal([("node1", AlertState.Raised), ("node2", AlertState.Cleared)], monitor.Alerts.Select(alert => (alert.Subject, alert.State)));
        for (var second = 0; second < 60; second++)
        {
            await NextAsync(monitor, Look(Node("node2", 0), Node("node3", 0)));
        }

        var kept = Assert.Single(monitor.Alerts);
        Assert.Equal(("node1", "nothing is known of it any more"), (kept.Subject, kept.ClearedBy));
    }

    [Fact]
    public async Task ALookThatFailsIsFollowedByTheNextAndTheMonitorEndsWhenItIsToldTo()
    {
        var looks = 0;
        _options.Rules.Clear();
        var monitor = new PerformanceMonitor(
            _ => ++looks == 1 ? throw new InvalidOperationException("The database is away.") : Task.FromResult(Look(Node("node1", looks))), _options, _time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = monitor.RunAsync(stop.Token);
        while (looks < 3)
        {
            await _time.WaitForTimersAsync(1, TimeSpan.FromSeconds(30));
            _time.Advance(_options.Interval);
        }

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEmpty(monitor.Read(new("nodes.alive", ""), TimeSpan.FromHours(1)));
    }
}
