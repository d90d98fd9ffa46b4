using Microsoft.Extensions.Logging.Abstractions;
using System.Collections.Frozen;
using Theseus.Control.Analysis;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Testing;

namespace Theseus.Control.Tests.Series;

/// <summary>What is read of nodes for the metrics that waves are judged by.</summary>
public sealed class WaveMetricsLaws
{
    private static readonly ReleaseId s_old = new("1.0.0", new string('a', 64));
    private static readonly ReleaseId s_new = new("2.0.0", new string('b', 64));
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, long> _sequences = [];
    private List<NodeStatus> _nodes = [];

    private static JudgedMetric Heap { get; } = new() { Name = "heap", Source = MetricSource.Node, Of = "node.heap" };

    private WatchedWave Wave(JudgedMetric metric, double share = 1, TimeSpan warmUp = default) => new(
        0,
        new WaveSides("a", s_new, s_old, new[] { "n1" }.ToFrozenSet(), (share < 1 ? new[] { "n1" } : ["n2", "n3"]).ToFrozenSet(), share),
        [metric],
        _time.GetUtcNow(),
        warmUp);

    private static InstrumentReading Reading(ReleaseId release, InstrumentKind kind, double sum, long count = 1, double last = 0, int generation = 1, string tag = "") => new()
    {
        Release = release, Generation = generation, Meter = "orders", Instrument = "backlog", Kind = kind, Count = count, Sum = sum, Last = last, Tags = new Dictionary<string, string> { ["t"] = tag },
    };

    private NodeStatus Node(string name, long heap, params InstrumentReading[] readings) => new()
    {
        Name = name,
        State = NodeState.Alive,
        HeardAt = _time.GetUtcNow(),
        Report = new NodeReport
        {
            Node = name, Incarnation = "i", StartedAt = DateTimeOffset.UnixEpoch, Sequence = _sequences[name] = _sequences.GetValueOrDefault(name) + 1, Processors = 2,
            Process = new ProcessMetrics
            {
                Uptime = TimeSpan.FromSeconds(_sequences[name]), ProcessorTime = default, WorkingSetBytes = 1, HeapBytes = heap, AllocatedBytes = 0, CollectionPauses = default,
                Generation0Collections = 0, Generation1Collections = 0, Generation2Collections = 0, PoolThreads = 4, PoolQueue = 3, PoolCompleted = 1, LockContentions = 0, Exceptions = 0,
            },
            Components = [new ComponentReport { Component = "a", Contract = "IA", Instruments = readings }],
        },
    };

    private PerformanceMonitor Monitor() => new(
        _ => Task.FromResult(new FleetLook(
            _nodes,
            new TaskStatistics { Total = 0, ByState = new Dictionary<TaskState, long>(), ByKind = [], Nodes = [], NodeTasks = [] },
            new UpgradeStatistics(new Dictionary<UpgradeState, long>()),
            [])),
        new MonitorOptions { Interval = TimeSpan.FromSeconds(1) },
        _time,
        NullLogger.Instance);

    private async Task LookAsync(PerformanceMonitor monitor, params NodeStatus[] nodes)
    {
        _nodes = [.. nodes];
        _time.Advance(TimeSpan.FromSeconds(1));
        await monitor.LookAsync(s_none);
    }

    [Fact]
    public async Task EachLookAtNodesCountsOnceAsTheMeanOfEachSideAndWhatWasBeforeApart()
    {
        var monitor = Monitor();
        await LookAsync(monitor, Node("n1", 100), Node("n2", 200), Node("n3", 400));
        await LookAsync(monitor, Node("n1", 110), Node("n2", 200), Node("n3", 400));
        var values = new NodeValues(monitor, Heap, Wave(Heap));

        await LookAsync(monitor, Node("n1", 500), Node("n2", 200), Node("n3", 600));
        // One that is silent is left out; a side that is, leaves the look out.
        await LookAsync(monitor, Node("n1", 600), Node("n2", 200));
        await LookAsync(monitor, Node("n2", 200));

        Assert.Equal([new(100, 300), new(110, 300)], values.Before());
        Assert.Equal([new(500, 400), new(600, 200)], values.Read(_time.GetUtcNow()));
        Assert.Empty(values.Read(_time.GetUtcNow()));
    }

    [Fact]
    public async Task InOneProcessNothingTellsTheReleasesApart()
    {
        var monitor = Monitor();
        var wave = Wave(Heap, share: 0.5);
        var values = new NodeValues(monitor, Heap, wave);
        await LookAsync(monitor, Node("n1", 500));

        Assert.Equal([new(500, null)], values.Read(_time.GetUtcNow()));
        Assert.False(wave.Sides.AreToldApartBy(Heap));
        Assert.True(wave.Sides.AreToldApartBy(Heap with { Source = MetricSource.Instrument }));
        Assert.True(wave.Sides.AreToldApartBy(Heap with { Source = MetricSource.Prometheus, Of = "x{v=\"$release\"}" }));
        Assert.False(wave.Sides.AreToldApartBy(Heap with { Source = MetricSource.Prometheus, Of = "x{n=~\"$nodes\"}" }));
    }

    [Theory]
    [InlineData("backlog")]
    [InlineData("orders/backlog")]
    public void ACounterIsARateOfEachReleaseFromReportToReport(string name)
    {
        var metric = new JudgedMetric { Name = "m", Source = MetricSource.Instrument, Of = name };
        var values = new InstrumentValues(metric, Wave(metric, share: 0.5));
        NodeStatus At(double old, double candidate, int generation = 2) => Node(
            "n1", 0, Reading(s_old, InstrumentKind.Counter, old), Reading(s_new, InstrumentKind.Counter, candidate, generation: generation, tag: "x"), Reading(s_new, InstrumentKind.Counter, candidate, generation: generation, tag: "y"));
        Assert.Null(values.Read([At(1000, 0)]));

        _time.Advance(TimeSpan.FromSeconds(2));
        var next = At(1010, 15);
        Assert.Equal(new SeriesPair(15, 5), values.Read([next]));
        // The same report says nothing new; a process or generation that began anew begins anew.
        Assert.Null(values.Read([next]));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(values.Read([At(1020, 3, generation: 3)]));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new SeriesPair(4, 1), values.Read([At(1021, 5, generation: 3)]));
    }

    [Theory]
    [InlineData(InstrumentKind.UpDownCounter, 7)]
    [InlineData(InstrumentKind.Gauge, 3)]
    [InlineData(InstrumentKind.Histogram, 2.5)]
    public void OtherInstrumentsSayWhatTheySay(InstrumentKind kind, double expected)
    {
        var metric = new JudgedMetric { Name = "m", Source = MetricSource.Instrument, Of = "backlog" };
        var values = new InstrumentValues(metric, Wave(metric));
        NodeStatus[] At(double sum, long count) =>
        [
            Node("n1", 0, Reading(s_new, kind, sum, count, last: 3)), Node("n2", 0, Reading(s_old, kind, sum, count, last: 3)),
            // Without it.
            Node("n3", 0),
        ];
        values.Read(At(2, 1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new SeriesPair(expected, expected), values.Read(At(7, 3)));
    }

    [Fact]
    public async Task WhatIsReadIsTakenOnceAndTheFirstSecondsDoNotCount()
    {
        var monitor = Monitor();
        using var metrics = new WaveMetrics(monitor, () => _nodes, new PrometheusOptions(), _time, NullLogger.Instance);
        var seen = (IWaveMetrics)metrics;
        var prometheus = new JudgedMetric { Name = "up", Source = MetricSource.Prometheus, Of = "up{n=\"$nodes\"}" };
        var wave = Wave(Heap, warmUp: TimeSpan.FromSeconds(2)) with { Metrics = [Heap, prometheus] };
        seen.Follow("u", wave);
        using var stop = new CancellationTokenSource();
        var running = metrics.RunAsync(stop.Token);
        for (var look = 1; look <= 5; look++)
        {
            await LookAsync(monitor, Node("n1", 100 * look), Node("n2", 50), Node("n3", 50));
        }

        Dictionary<string, List<SeenMetric>> taken = [];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (taken.GetValueOrDefault("heap")?.SelectMany(one => one.Pairs).Count() is null or < 3)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
            foreach (var (name, one) in seen.Take("u"))
            {
                (taken[name] = taken.GetValueOrDefault(name) ?? []).Add(one);
            }
        }

        Assert.Equal([new(300, 50), new(400, 50), new(500, 50)], taken["heap"].SelectMany(one => one.Pairs));
        Assert.Single(taken["heap"], one => one.Before is not null);
        Assert.All(taken["up"].Where(one => one.Before is null), one => Assert.Contains("knows no Prometheus", one.Fault));
        seen.Follow("u", null);
        Assert.Empty(seen.Take("u"));
        await stop.CancelAsync();
        await running;
    }
}
