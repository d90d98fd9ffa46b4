using System.Diagnostics.Metrics;

namespace Theseus.Control.Monitoring;

/// <summary>
/// What the monitor saw last, as instruments that any OpenTelemetry set-up can export: a gauge for each
/// <see cref="MonitoredMetric"/>, and one for the alerts. They cost nothing while nobody reads them.
/// </summary>
internal sealed class FleetMeter : IDisposable
{
    public FleetMeter(PerformanceMonitor monitor)
    {
        foreach (var metric in MonitoredMetric.All)
        {
            Meter.CreateObservableGauge($"theseus.{metric.Name}", () => monitor.ReadLast(metric.Name).Select(one => Measurement(metric.Scope, one)), metric.Unit, metric.Meaning);
        }

        Meter.CreateObservableGauge("theseus.alerts", () => Alerts(monitor), "{alert}", "alerts that are not cleared: 1 for each");
    }

    /// <summary>The meter.</summary>
    public Meter Meter { get; } = new(PerformanceMonitor.MeterName);

    public void Dispose() => Meter.Dispose();

    private static Measurement<double> Measurement(MetricScope scope, (string Subject, double Value) one) => scope == MetricScope.Fleet
        ? new(one.Value)
        : new(one.Value, new KeyValuePair<string, object?>($"theseus.{scope.ToString().ToLowerInvariant()}", one.Subject));

    private static IEnumerable<Measurement<int>> Alerts(PerformanceMonitor monitor) => monitor.Alerts.Where(alert => alert.State != AlertState.Cleared).Select(alert => new Measurement<int>(
        1,
        new KeyValuePair<string, object?>("theseus.rule", alert.Rule),
        new KeyValuePair<string, object?>("theseus.subject", alert.Subject),
        new KeyValuePair<string, object?>("theseus.severity", alert.Severity.ToString()),
        new KeyValuePair<string, object?>("theseus.state", alert.State.ToString())));
}
