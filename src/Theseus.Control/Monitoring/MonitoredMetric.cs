namespace Theseus.Control.Monitoring;

/// <summary>What a metric is of.</summary>
public enum MetricScope
{
    /// <summary>The fleet as a whole: its subject is empty.</summary>
    Fleet,

    /// <summary>Each node: its subject is the node's name.</summary>
    Node,

    /// <summary>Each component, over all nodes: its subject is the component's name.</summary>
    Component,

    /// <summary>Each upgrade that has not ended: its subject is the upgrade's id.</summary>
    Upgrade,
}

/// <summary>A metric that a fleet is monitored by. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scope">What it is of.</param>
/// <param name="Unit">Its unit; <c>1</c> for a number or a share.</param>
/// <param name="Meaning">What it says, in words.</param>
public sealed record MonitoredMetric(string Name, MetricScope Scope, string Unit, string Meaning)
{
    internal static readonly MonitoredMetric NodesAlive = new("nodes.alive", MetricScope.Fleet, "1", "nodes that report as they should");
    internal static readonly MonitoredMetric NodesSuspect = new("nodes.suspect", MetricScope.Fleet, "1", "nodes whose reports are missing");
    internal static readonly MonitoredMetric NodesLost = new("nodes.lost", MetricScope.Fleet, "1", "nodes that are taken for gone");
    internal static readonly MonitoredMetric Silent = new("node.silent", MetricScope.Node, "s", "time since the node was heard of last; not told of one that has left");
    internal static readonly MonitoredMetric Processor = new("node.processor", MetricScope.Node, "1", "share of the node's processors that its process used, from 0 to 1");
    internal static readonly MonitoredMetric WorkingSet = new("node.working-set", MetricScope.Node, "By", "memory of its process that is in the machine's memory");
    internal static readonly MonitoredMetric Heap = new("node.heap", MetricScope.Node, "By", "managed heap after the last collection");
    internal static readonly MonitoredMetric Pauses = new("node.collection-pauses", MetricScope.Node, "1", "share of the time that its threads stood still for the garbage collector");
    internal static readonly MonitoredMetric PoolQueue = new("node.pool-queue", MetricScope.Node, "1", "work that waits for a thread of its pool");
    internal static readonly MonitoredMetric Exceptions = new("node.exceptions", MetricScope.Node, "1/s", "exceptions that were thrown, those that were caught included");
    internal static readonly MonitoredMetric Contentions = new("node.lock-contentions", MetricScope.Node, "1/s", "times that a thread waited for a monitor's lock");
    internal static readonly MonitoredMetric TasksQueued = new("tasks.queued", MetricScope.Fleet, "1", "distributed tasks that wait");
    internal static readonly MonitoredMetric TasksAssigned = new("tasks.assigned", MetricScope.Fleet, "1", "distributed tasks that a node has");
    internal static readonly MonitoredMetric TasksCompleted = new("tasks.completed", MetricScope.Fleet, "1/s", "distributed tasks that were done");
    internal static readonly MonitoredMetric DeadLetters = new("tasks.dead-letters", MetricScope.Fleet, "1", "distributed tasks that failed for good");
    internal static readonly MonitoredMetric UpgradesRunning = new("upgrades.running", MetricScope.Fleet, "1", "upgrades that have not ended");
    internal static readonly MonitoredMetric UpgradesPaused = new("upgrades.paused", MetricScope.Fleet, "1", "upgrades that are paused");
    internal static readonly MonitoredMetric RolledBack = new("upgrades.rolled-back", MetricScope.Fleet, "1", "upgrades that went back, ever");
    internal static readonly MonitoredMetric RollbackFailed = new("upgrades.rollback-failed", MetricScope.Fleet, "1", "upgrades that went back and did not get there on all nodes, ever");
    internal static readonly MonitoredMetric Still = new("upgrade.still", MetricScope.Upgrade, "s", "time since the upgrade's state changed last");
    internal static readonly MonitoredMetric Calls = new("component.calls", MetricScope.Component, "1/s", "calls");
    internal static readonly MonitoredMetric Failures = new("component.failures", MetricScope.Component, "1", "share of its calls that failed or were given up, from 0 to 1; not told without calls");
    internal static readonly MonitoredMetric P50 = new("component.p50", MetricScope.Component, "s", "the time that half of its calls did not exceed; not told without calls");
    internal static readonly MonitoredMetric P95 = new("component.p95", MetricScope.Component, "s", "the time that 95 % of its calls did not exceed");
    internal static readonly MonitoredMetric P99 = new("component.p99", MetricScope.Component, "s", "the time that 99 % of its calls did not exceed");
    internal static readonly MonitoredMetric Releases = new("component.releases", MetricScope.Component, "1", "releases of it that are confirmed on some node");

    /// <summary>All there are.</summary>
    public static IReadOnlyList<MonitoredMetric> All { get; } =
    [
        NodesAlive, NodesSuspect, NodesLost, Silent, Processor, WorkingSet, Heap, Pauses, PoolQueue, Exceptions, Contentions,
        TasksQueued, TasksAssigned, TasksCompleted, DeadLetters, UpgradesRunning, UpgradesPaused, RolledBack, RollbackFailed, Still,
        Calls, Failures, P50, P95, P99, Releases,
    ];

    private static readonly Dictionary<string, MonitoredMetric> s_byName = All.ToDictionary(one => one.Name, StringComparer.Ordinal);

    /// <summary>The metric of a name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public static MonitoredMetric? Find(string name) => s_byName.GetValueOrDefault(name);
}

/// <summary>A metric of one subject. Immutable.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Subject">What it is of: a node's or component's name, an upgrade's id, or empty for the fleet.</param>
public readonly record struct SeriesId(string Metric, string Subject);
