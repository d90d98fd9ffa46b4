using Theseus.Control.Analysis;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Monitoring;

/// <summary>What is looked at to monitor a fleet. Immutable.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Tasks">How distributed tasks stand.</param>
/// <param name="Upgrades">How many upgrades there are in each state.</param>
/// <param name="Running">The upgrades that have not ended.</param>
public sealed record FleetLook(IReadOnlyList<NodeStatus> Nodes, TaskStatistics Tasks, UpgradeStatistics Upgrades, IReadOnlyList<UpgradeRecord> Running);

/// <summary>
/// Makes values of looks. What only grows is told as a rate between two looks, by what nodes counted from the beginning: so a
/// report that is lost or comes twice changes nothing, and a process that was started again begins anew. Owned by one loop;
/// not thread-safe.
/// </summary>
internal sealed class FleetSampler
{
    private Dictionary<string, NodeReport> _before = [];
    private (DateTimeOffset At, long Completed)? _tasks;
    private DateTimeOffset? _lookedAt;

    /// <summary>The calls of all components, since the first look.</summary>
    public ComponentTotals Totals { get; } = new();

    /// <summary>Takes one look.</summary>
    /// <param name="look">What is to be seen.</param>
    /// <param name="now">When.</param>
    public IReadOnlyList<(SeriesId Series, double Value)> Take(FleetLook look, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(look);
        var values = new List<(SeriesId, double)>();
        Fleet(look, now, values);
        foreach (var node in look.Nodes)
        {
            Node(node, now, values);
        }

        foreach (var upgrade in look.Running)
        {
            values.Add((new(MonitoredMetric.Still.Name, upgrade.Id), Seconds(now - upgrade.Since)));
        }

        Components(look.Nodes, now, values);
        Totals.Forget([.. look.Nodes.Where(node => node.Report is not null && node.State != NodeState.Left).SelectMany(node => node.Report!.Components).SelectMany(one => one.Calls.Select(calls => (one.Component, calls.Release.Version)))]);
        _before = look.Nodes.Where(node => node.Report is not null).ToDictionary(node => node.Name, node => node.Report!, StringComparer.Ordinal);
        _lookedAt = now;
        // Not infinite or otherwise no number, whatever a node says.
        return [.. values.Where(one => double.IsFinite(one.Item2))];
    }

    private void Fleet(FleetLook look, DateTimeOffset now, List<(SeriesId, double)> values)
    {
        Add(MonitoredMetric.NodesAlive, look.Nodes.Count(node => node.State == NodeState.Alive));
        Add(MonitoredMetric.NodesSuspect, look.Nodes.Count(node => node.State == NodeState.Suspect));
        Add(MonitoredMetric.NodesLost, look.Nodes.Count(node => node.State == NodeState.Lost));
        Add(MonitoredMetric.TasksQueued, look.Tasks.ByState.GetValueOrDefault(TaskState.Queued));
        Add(MonitoredMetric.TasksAssigned, look.Tasks.ByState.GetValueOrDefault(TaskState.Assigned));
        Add(MonitoredMetric.DeadLetters, look.Tasks.ByState.GetValueOrDefault(TaskState.DeadLetter));
        var completed = look.Tasks.ByState.GetValueOrDefault(TaskState.Completed);
        if (_tasks is { } before && now > before.At)
        {
            Add(MonitoredMetric.TasksCompleted, Math.Max(0, completed - before.Completed) / (now - before.At).TotalSeconds);
        }

        _tasks = (now, completed);
        Add(MonitoredMetric.UpgradesRunning, look.Upgrades.Running);
        Add(MonitoredMetric.UpgradesPaused, look.Upgrades.ByState.GetValueOrDefault(UpgradeState.Paused));
        Add(MonitoredMetric.RolledBack, look.Upgrades.ByState.GetValueOrDefault(UpgradeState.RolledBack));
        Add(MonitoredMetric.RollbackFailed, look.Upgrades.ByState.GetValueOrDefault(UpgradeState.RollbackFailed));

        void Add(MonitoredMetric metric, double value) => values.Add((new(metric.Name, ""), value));
    }

    private void Node(NodeStatus node, DateTimeOffset now, List<(SeriesId, double)> values)
    {
        if (node.State == NodeState.Left)
        {
            return;
        }

        Add(MonitoredMetric.Silent, Seconds(now - node.HeardAt));
        if (node is not { State: NodeState.Alive, Report: { Process: { } process } report })
        {
            return;
        }

        Add(MonitoredMetric.WorkingSet, process.WorkingSetBytes);
        Add(MonitoredMetric.Heap, process.HeapBytes);
        Add(MonitoredMetric.PoolQueue, process.PoolQueue);
        if (Before(report)?.Process is not { } before || process.Uptime <= before.Uptime)
        {
            return;
        }

        var seconds = (process.Uptime - before.Uptime).TotalSeconds;
        Add(MonitoredMetric.Processor, Rate(process.ProcessorTime.TotalSeconds - before.ProcessorTime.TotalSeconds) / Math.Max(1, report.Processors));
        Add(MonitoredMetric.Pauses, Rate(process.CollectionPauses.TotalSeconds - before.CollectionPauses.TotalSeconds));
        Add(MonitoredMetric.Exceptions, Rate(process.Exceptions - before.Exceptions));
        Add(MonitoredMetric.Contentions, Rate(process.LockContentions - before.LockContentions));

        double Rate(double used) => Math.Max(0, used) / seconds;

        void Add(MonitoredMetric metric, double value) => values.Add((new(metric.Name, node.Name), value));
    }

    private void Components(IReadOnlyList<NodeStatus> nodes, DateTimeOffset now, List<(SeriesId, double)> values)
    {
        var calls = new Dictionary<string, SideCalls>(StringComparer.Ordinal);
        var releases = new Dictionary<string, HashSet<ReleaseId>>(StringComparer.Ordinal);
        foreach (var (component, before, isKnown) in
            from node in nodes
            where node.State != NodeState.Left
            let report = node.Report
            where report is not null
            let earlier = Before(report)
            from component in report.Components
            select (component, earlier?.Components.FirstOrDefault(one => one.Component == component.Component), earlier is not null || IsNew(report)))
        {
            calls.TryAdd(component.Component, SideCalls.None);
            if (!releases.TryGetValue(component.Component, out var confirmed))
            {
                releases.Add(component.Component, confirmed = []);
            }

            if (component.Confirmed is { } release)
            {
                confirmed.Add(release);
            }

            // Of a process that ran before we looked, what it counted until now is of no known time.
            if (isKnown)
            {
                foreach (var (of, method, since) in CallIncrements.Between(before, component))
                {
                    calls[component.Component] = calls[component.Component].And(since);
                    Totals.Add(component.Component, of.Version, method, since);
                }
            }
        }

        foreach (var (component, confirmed) in releases)
        {
            values.Add((new(MonitoredMetric.Releases.Name, component), confirmed.Count));
        }

        if (_lookedAt is not { } last || now <= last)
        {
            return;
        }

        foreach (var (component, since) in calls)
        {
            values.Add((new(MonitoredMetric.Calls.Name, component), since.Calls / (now - last).TotalSeconds));
            if (since.Calls > 0)
            {
                values.Add((new(MonitoredMetric.Failures.Name, component), (double)since.Failures / since.Calls));
            }

            foreach (var (metric, quantile) in (ReadOnlySpan<(MonitoredMetric, double)>)[(MonitoredMetric.P50, 0.5), (MonitoredMetric.P95, 0.95), (MonitoredMetric.P99, 0.99)])
            {
                if (since.Latency.Quantile(quantile) is { } nanoseconds)
                {
                    values.Add((new(metric.Name, component), nanoseconds / 1e9));
                }
            }
        }
    }

    // Its first report's counts began at 0 when the process did, which was after the look before.
    private bool IsNew(NodeReport report) => _lookedAt is not null && _before.TryGetValue(report.Node, out var known) && known.Incarnation != report.Incarnation;

    private NodeReport? Before(NodeReport report) => _before.TryGetValue(report.Node, out var known) && known.Incarnation == report.Incarnation ? known : null;

    private static double Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds);
}
