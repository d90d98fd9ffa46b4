using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Theseus.Control.Monitoring;

/// <summary>
/// Follows nodes, tasks, upgrades and components over time, raises and clears alerts by rules, and tells webhooks of them.
/// Thread-safe.
/// </summary>
/// <remarks>
/// What it has seen is in memory and bounded (<see cref="MonitorOptions"/>), and begins anew with each process: what is still
/// bad then is raised again.
/// </remarks>
public sealed partial class PerformanceMonitor
{
    /// <summary>The name of the meter by which it tells what it saw last, and the alerts that are not cleared: <c>Theseus.Fleet</c>. It is there while the monitor runs.</summary>
    public const string MeterName = "Theseus.Fleet";

    private const int ChangesKept = 1000;

    private readonly Func<CancellationToken, Task<FleetLook>> _look;
    private readonly MonitorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SeriesStore _series;
    private readonly FleetSampler _sampler = new();
    private readonly AlertBook _book;
    private readonly Lock _watching = new();
    private readonly List<Channel<Alert>> _watchers = [];
    private readonly WebhookSender[] _webhooks;
    private volatile AlertRule[] _rules;

    /// <summary>Makes one. Nothing is looked at before <see cref="RunAsync"/>.</summary>
    /// <param name="look">Looks at the fleet.</param>
    /// <param name="options">How often, and what is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs what is raised and cleared.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public PerformanceMonitor(Func<CancellationToken, Task<FleetLook>> look, MonitorOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        (_look, _options, _time, _logger) = (look, options, time, logger);
        _series = new SeriesStore(options.Looks, options.MostSeries);
        _book = new AlertBook(options.ClearedKept);
        _rules = [.. options.Rules];
        _webhooks = [.. options.Webhooks.Select(webhook => new WebhookSender(webhook, time, logger))];
    }

    /// <summary>The rules that it goes by.</summary>
    public IReadOnlyList<AlertRule> Rules => _rules;

    /// <summary>The alerts that are not cleared, and then those that were, as far as they are kept; each the newest first.</summary>
    public IReadOnlyList<Alert> Alerts => _book.All();

    /// <summary>The time between two looks.</summary>
    public TimeSpan Interval => _options.Interval;

    /// <summary>
    /// The calls of each component's releases and methods over all nodes, since this process looks at them. They only grow for as
    /// long as a release is on some node.
    /// </summary>
    public IReadOnlyList<MethodTotal> CallsByMethod => [.. _sampler.Totals.Read().Select(one => new MethodTotal(one.Component, one.Version, one.Method, one.Calls.Answered, one.Calls.Failures, one.Calls.Latency))];

    /// <summary>An alert; null when there is none of that id.</summary>
    /// <param name="id">Its id.</param>
    public Alert? FindAlert(string id) => _book.Find(id);

    /// <summary>The subjects that a metric is known of, by name.</summary>
    /// <param name="metric">The metric's name.</param>
    public IReadOnlyList<string> SubjectsOf(string metric) => _series.SubjectsOf(metric);

    /// <summary>What a metric was over time, the oldest first.</summary>
    /// <param name="series">The metric and its subject.</param>
    /// <param name="window">How far back.</param>
    public IReadOnlyList<MetricPoint> Read(SeriesId series, TimeSpan window) => _series.Read(series, _time.GetUtcNow() - window);

    /// <summary>What the last look saw of a metric, by subject.</summary>
    internal IReadOnlyList<(string Subject, double Value)> ReadLast(string metric) => _series.Last(metric);

    /// <summary>Notes that somebody looks at an alert. To say so again changes nothing, and neither does one that is cleared.</summary>
    /// <param name="id">The alert's id.</param>
    /// <param name="who">Who.</param>
    /// <param name="note">What he has to say.</param>
    /// <returns>The alert as it stands now; null when there is none of that id.</returns>
    public Alert? Acknowledge(string id, string who, string note)
    {
        ArgumentException.ThrowIfNullOrEmpty(who);
        var (alert, isNew) = _book.Acknowledge(id, who, note ?? "");
        if (isNew)
        {
            LogAcknowledged(_logger, alert!.Rule, alert.Subject, who);
            Tell(alert);
        }

        return alert;
    }

    /// <summary>
    /// Tells of alerts that are raised, acknowledged or cleared from now on, in order, until it is cancelled or the monitor
    /// ends. Whoever falls more than a thousand behind misses the oldest: <see cref="Alerts"/> has how they stand.
    /// </summary>
    /// <param name="cancellationToken">Ends the watching.</param>
    public async IAsyncEnumerable<Alert> WatchAlertsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<Alert>(new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_watching)
        {
            _watchers.Add(changes);
        }

        try
        {
            await foreach (var alert in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return alert;
            }
        }
        finally
        {
            lock (_watching)
            {
                _watchers.Remove(changes);
            }
        }
    }

    /// <summary>Looks at intervals until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var meter = new FleetMeter(this);
        var sending = Task.WhenAll(_webhooks.Select(one => one.RunAsync(cancellationToken)));
        try
        {
            while (true)
            {
                try
                {
                    await LookAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
                {
                    // The loop's boundary: the next look may go better, and rules see that one is missing.
                    LogNotSeen(_logger, failure);
                }

                await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            lock (_watching)
            {
                _watchers.ForEach(one => one.Writer.TryComplete());
            }

            await sending.ConfigureAwait(false);
            foreach (var webhook in _webhooks)
            {
                webhook.Dispose();
            }
        }
    }

    /// <summary>Looks once. By one at a time.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var look = await _look(cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        _series.Add(now, _sampler.Take(look, now));
        foreach (var alert in _book.Evaluate(_rules, _series, now))
        {
            if (alert.State == AlertState.Raised)
            {
                LogRaised(_logger, alert.Rule, alert.Severity, alert.Text);
            }
            else
            {
                LogCleared(_logger, alert.Rule, alert.Subject, alert.ClearedBy);
            }

            Tell(alert);
        }
    }

    private void Tell(Alert alert)
    {
        foreach (var webhook in _webhooks)
        {
            webhook.Add(alert);
        }

        lock (_watching)
        {
            _watchers.ForEach(one => one.Writer.TryWrite(alert));
        }
    }

    [LoggerMessage(2901, LogLevel.Warning, "Alert '{Rule}' ({Severity}) is raised: {Text}")]
    private static partial void LogRaised(ILogger logger, string rule, AlertSeverity severity, string text);

    [LoggerMessage(2902, LogLevel.Information, "Alert '{Rule}' of '{Subject}' is cleared: {Why}")]
    private static partial void LogCleared(ILogger logger, string rule, string subject, string why);

    [LoggerMessage(2903, LogLevel.Information, "Alert '{Rule}' of '{Subject}' is looked at by '{Who}'")]
    private static partial void LogAcknowledged(ILogger logger, string rule, string subject, string who);

    [LoggerMessage(2904, LogLevel.Error, "The fleet could not be looked at for the monitor; it is tried again")]
    private static partial void LogNotSeen(ILogger logger, Exception failure);
}
