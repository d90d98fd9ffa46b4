using System.Diagnostics.Metrics;
using Theseus.Fleet.Metrics;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// What the collector has counted, as instruments that any OpenTelemetry set-up can export. They are read when they are
/// asked for, and cost calls nothing.
/// </summary>
internal sealed class HostMeter : IDisposable
{
    private static readonly double[] s_quantiles = [0.5, 0.95, 0.99];

    private readonly Meter _meter = new(MetricsCollector.MeterName);
    private readonly MetricsCollector _collector;
    private readonly Lock _lock = new();
    private Dictionary<(string Component, int Generation, string Method), LatencySketch> _before = [];

    public HostMeter(MetricsCollector collector)
    {
        _collector = collector;
        _meter.CreateObservableCounter("theseus.calls", Calls, "{call}", "calls of components by release, generation, method and outcome: answered, given-up or failed");
        _meter.CreateObservableGauge("theseus.call.duration", Durations, "s", "the time that so many (theseus.quantile) of the timed answers since the reading before did not exceed");
    }

    public void Dispose() => _meter.Dispose();

    private List<Measurement<long>> Calls()
    {
        var measured = new List<Measurement<long>>();
        foreach (var generation in _collector.Snapshot().Generations)
        {
            foreach (var method in generation.Methods)
            {
                measured.Add(new(method.Answered, [.. Tags(generation, method), new("theseus.outcome", "answered")]));
                measured.Add(new(method.GivenUp, [.. Tags(generation, method), new("theseus.outcome", "given-up")]));
                measured.AddRange(method.FailuresByKind.Select(kind => new Measurement<long>(kind.Value, [.. Tags(generation, method), new("theseus.outcome", "failed"), new("error.type", kind.Key)])));
            }
        }

        return measured;
    }

    private List<Measurement<double>> Durations()
    {
        var (measured, now) = (new List<Measurement<double>>(), new Dictionary<(string, int, string), LatencySketch>());
        lock (_lock)
        {
            foreach (var generation in _collector.Snapshot().Generations)
            {
                foreach (var method in generation.Methods)
                {
                    var key = (generation.Component, generation.Generation, method.Method);
                    now.Add(key, method.Latency);
                    var since = _before.TryGetValue(key, out var before) ? method.Latency.Since(before) : method.Latency;
                    if (since.Count > 0)
                    {
                        measured.AddRange(s_quantiles.Select(q => new Measurement<double>(since.Quantile(q)!.Value / 1e9, [.. Tags(generation, method), new("theseus.quantile", q)])));
                    }
                }
            }

            _before = now;
        }

        return measured;
    }

    private static KeyValuePair<string, object?>[] Tags(GenerationMetrics generation, MethodMetrics method) =>
        [new("theseus.component", generation.Component), new("theseus.release", generation.Version), new("theseus.generation", generation.Generation), new("theseus.method", method.Method)];
}
