namespace Theseus.Control.Monitoring;

/// <summary>What is worth an alert in any fleet. Begun with, and to be changed to one's own.</summary>
public static class DefaultAlertRules
{
    /// <summary>A node has not been heard of for 30 s.</summary>
    public static AlertRule NodeSilent { get; } = new()
    {
        Name = "node-silent", Metric = MonitoredMetric.Silent.Name, Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 30, ClearThreshold = 10, Severity = AlertSeverity.Critical, WithoutData = AlertWithoutData.Clear,
        Text = "The node does not report. See whether its process runs and reaches the broker; remove it if it is gone for good.",
    };

    /// <summary>More than 5 % of a component's calls failed over a minute.</summary>
    public static AlertRule ComponentFails { get; } = new()
    {
        Name = "component-fails", Metric = MonitoredMetric.Failures.Name, Threshold = 0.05, ClearThreshold = 0.02, RaiseAfter = TimeSpan.FromSeconds(30), ClearAfter = TimeSpan.FromMinutes(1), Severity = AlertSeverity.Critical,
        Text = "Many calls of the component fail. If an upgrade has just ended, take it back.",
    };

    /// <summary>Tasks failed for good in the last 10 minutes.</summary>
    public static AlertRule DeadLetters { get; } = new()
    {
        Name = "dead-letters", Metric = MonitoredMetric.DeadLetters.Name, Aggregate = AlertAggregate.Increase, Window = TimeSpan.FromMinutes(10), Threshold = 0,
        Text = "Tasks failed for good. Look at them ('theseus task dead-letters'), mend what failed, and requeue them.",
    };

    /// <summary>An upgrade has not moved for an hour.</summary>
    public static AlertRule UpgradeStill { get; } = new()
    {
        Name = "upgrade-still", Metric = MonitoredMetric.Still.Name, Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 3600, WithoutData = AlertWithoutData.Clear,
        Text = "The upgrade has not moved for an hour. It may wait for an approval or for somebody to resume it: 'theseus upgrade status' tells.",
    };

    /// <summary>An upgrade could not be taken back everywhere, in the last hour.</summary>
    public static AlertRule RollbackFailed { get; } = new()
    {
        Name = "rollback-failed", Metric = MonitoredMetric.RollbackFailed.Name, Aggregate = AlertAggregate.Increase, Window = TimeSpan.FromMinutes(30), Threshold = 0, Severity = AlertSeverity.Critical,
        Text = "An upgrade went back, and some nodes could not be brought back in time. Its record names them.",
    };

    /// <summary>Work has waited for a thread of a node's pool for a minute.</summary>
    public static AlertRule PoolStarved { get; } = new()
    {
        Name = "pool-starved", Metric = MonitoredMetric.PoolQueue.Name, Aggregate = AlertAggregate.Minimum, Threshold = 100, ClearThreshold = 10, ClearAfter = TimeSpan.FromSeconds(30), WithoutData = AlertWithoutData.Clear,
        Text = "Work waits for a thread: something blocks the threads of the pool.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AlertRule> All { get; } = [NodeSilent, ComponentFails, DeadLetters, UpgradeStill, RollbackFailed, PoolStarved];
}
