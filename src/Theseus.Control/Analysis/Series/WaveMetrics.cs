using Microsoft.Extensions.Logging;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>
/// Reads the metrics that waves are judged by, at the monitor's interval, in a loop of its own: who drives upgrades never waits
/// for a server. Bounded: what nobody takes is dropped, the oldest first. Thread-safe.
/// </summary>
/// <param name="monitor">What nodes use over time.</param>
/// <param name="nodes">The nodes and what they last said.</param>
/// <param name="prometheus">How a Prometheus is reached; without an address there is none. Not to be changed any more.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it logs what could not be read.</param>
public sealed partial class WaveMetrics(PerformanceMonitor monitor, Func<IReadOnlyList<NodeStatus>> nodes, PrometheusOptions prometheus, TimeProvider time, ILogger logger) : IWaveMetrics, IDisposable
{
    private const int MostPairs = 1000;
    private const int AtOnce = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly PrometheusServer? _server = prometheus.Address is null ? null : new PrometheusServer(prometheus);

    /// <summary>Whether it knows a Prometheus.</summary>
    public bool HasPrometheus => _server is not null;

    /// <summary>Reads until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(monitor.Interval, time, cancellationToken).ConfigureAwait(false);
                // Several at a time, so that a server that does not answer holds up the others for one deadline, and not for one each.
                await Parallel.ForEachAsync(All(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, (metric, token) => ReadAsync(metric, token)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    void IWaveMetrics.Follow(string upgrade, WatchedWave? wave)
    {
        lock (_lock)
        {
            if (wave is null)
            {
                _watched.Remove(upgrade);
            }
            else if (_watched.GetValueOrDefault(upgrade) is not { } known || known.Wave.Number != wave.Number || known.Wave.Since != wave.Since)
            {
                _watched[upgrade] = new Watched(wave, monitor, _server, prometheus.Step);
            }
        }
    }

    IReadOnlyDictionary<string, SeenMetric> IWaveMetrics.Take(string upgrade)
    {
        lock (_lock)
        {
            return _watched.GetValueOrDefault(upgrade)?.TakeAll() ?? new Dictionary<string, SeenMetric>();
        }
    }

    private List<WatchedMetric> All()
    {
        lock (_lock)
        {
            return [.. _watched.Values.SelectMany(one => one.Metrics)];
        }
    }

    private async ValueTask ReadAsync(WatchedMetric metric, CancellationToken cancellationToken)
    {
        SeenMetric seen;
        try
        {
            // What was before comes first: it says how what follows is put together.
            seen = metric.IsBeforeRead
                ? await metric.ReadAsync(nodes(), time.GetUtcNow(), cancellationToken).ConfigureAwait(false)
                : new SeenMetric { Before = await metric.BeforeAsync(cancellationToken).ConfigureAwait(false) };
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The loop's boundary: the others are read, and the verdict says that this one was not.
            LogNotRead(logger, metric.Metric.Name, failure.Message);
            seen = new SeenMetric { Fault = failure is MetricException ? failure.Message : $"It could not be read: {failure.Message}" };
        }

        lock (_lock)
        {
            metric.Keep(seen);
        }
    }

    [LoggerMessage(2910, LogLevel.Warning, "The metric '{Metric}' that a wave is judged by could not be read: {Why}")]
    private static partial void LogNotRead(ILogger logger, string metric, string why);

    private sealed class Watched(WatchedWave wave, PerformanceMonitor monitor, PrometheusServer? server, TimeSpan step)
    {
        public WatchedWave Wave => wave;

        public IReadOnlyList<WatchedMetric> Metrics { get; } = [.. wave.Metrics.Select(metric => new WatchedMetric(metric, wave, monitor, server, step))];

        public IReadOnlyDictionary<string, SeenMetric> TakeAll() =>
            Metrics.Select(metric => (metric.Metric.Name, Seen: metric.Take())).Where(one => one.Seen is not null).ToDictionary(one => one.Name, one => one.Seen!);
    }

    /// <summary>One metric of a wave. What it keeps is under the lock of whoever has it; it is read by one at a time.</summary>
    private sealed class WatchedMetric(JudgedMetric metric, WatchedWave wave, PerformanceMonitor monitor, PrometheusServer? server, TimeSpan step)
    {
        private readonly NodeValues? _node = metric.Source == MetricSource.Node ? new NodeValues(monitor, metric, wave) : null;
        private readonly InstrumentValues? _instrument = metric.Source == MetricSource.Instrument ? new InstrumentValues(metric, wave) : null;
        private readonly PrometheusValues? _prometheus = metric.Source == MetricSource.Prometheus && server is not null ? new PrometheusValues(server, step, metric, wave) : null;
        private readonly List<SeriesPair> _kept = [];
        private IReadOnlyList<SeriesPair>? _before;
        private string _fault = "";
        private long _odd;

        public JudgedMetric Metric => metric;

        public bool IsBeforeRead { get; private set; }

        public async Task<IReadOnlyList<SeriesPair>> BeforeAsync(CancellationToken cancellationToken)
        {
            var before = _node?.Before() ?? (_prometheus is null ? [] : await _prometheus.BeforeAsync(cancellationToken).ConfigureAwait(false));
            IsBeforeRead = true;
            return [.. before.Where(pair => pair.IsFinite)];
        }

        public async Task<SeenMetric> ReadAsync(IReadOnlyList<NodeStatus> nodes, DateTimeOffset now, CancellationToken cancellationToken)
        {
            if (now < wave.Since + wave.WarmUp)
            {
                return new SeenMetric();
            }

            var one = _instrument?.Read(nodes) ?? (_prometheus is null ? null : await _prometheus.ReadAsync(now, cancellationToken).ConfigureAwait(false));
            return new SeenMetric
            {
                Pairs = _node?.Read(now) ?? (one is null ? [] : [one]),
                Fault = metric.Source == MetricSource.Prometheus && server is null ? "This control plane knows no Prometheus (Prometheus.Address)." : "",
            };
        }

        public void Keep(SeenMetric seen)
        {
            _before ??= seen.Before;
            _kept.AddRange(seen.Pairs.Where(pair => pair.IsFinite));
            _kept.RemoveRange(0, Math.Max(0, _kept.Count - MostPairs));
            _odd += seen.Pairs.Count(pair => !pair.IsFinite);
            _fault = seen.Fault;
        }

        public SeenMetric? Take()
        {
            if (_kept.Count == 0 && _before is null && _odd == 0 && _fault.Length == 0)
            {
                return null;
            }

            var taken = new SeenMetric { Pairs = [.. _kept], Before = _before, Odd = _odd, Fault = _fault };
            (_before, _odd, _fault) = (null, 0, "");
            _kept.Clear();
            return taken;
        }
    }
}
