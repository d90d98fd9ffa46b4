using Theseus.Fleet;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Metrics;

namespace Theseus.Runtime;

/// <summary>
/// Counts and times the calls of this host's components, per generation and method, and reads the instruments that their code
/// makes and what the process uses, while somebody looks. Injected into
/// any service of a host that has called <c>AddTheseus</c>. Thread-safe.
/// </summary>
/// <remarks>
/// Off until it is started: a call then costs what it costs without it. Swaps do not stop it; a new generation is counted
/// from its first call on.
/// </remarks>
public sealed class MetricsCollector
{
    /// <summary>The name of the meter by which a host tells what it has counted: <c>Theseus.Host</c>. Its instruments are <c>theseus.calls</c> and <c>theseus.call.duration</c>.</summary>
    public const string MeterName = "Theseus.Host";

    private readonly IReadOnlyDictionary<string, HostedComponent> _components;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ProcessMeter _process;
    private volatile MetricsOptions? _options;

    internal MetricsCollector(IReadOnlyDictionary<string, HostedComponent> components, TimeProvider time)
    {
        _components = components;
        _time = time;
        _process = new ProcessMeter(time);
    }

    /// <summary>What is counted now; null while nothing is.</summary>
    public MetricsOptions? Collecting => _options;

    /// <summary>Counts and times calls from now on. If it does so already, it goes by these options from now on; what was counted stays.</summary>
    /// <param name="options">What to count; null for every call of every component.</param>
    /// <exception cref="KeyNotFoundException">The host has no component of a name that is asked for. Nothing has changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="MetricsOptions.TimeOneIn"/> is out of range. Nothing has changed.</exception>
    public void StartCollection(MetricsOptions? options = null)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.TimeOneIn);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.TimeOneIn, MetricsOptions.FewestTimed);
        var wanted = options.Components is { } named ? named.ToHashSet(StringComparer.Ordinal) : [.. _components.Keys];
        if (wanted.Where(name => !_components.ContainsKey(name)).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } unknown)
        {
            throw new KeyNotFoundException(
                $"The host has no component {string.Join(", ", unknown.Select(name => $"'{name}'"))}. It has: {string.Join(", ", _components.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'"))}.");
        }

        lock (_lock)
        {
            foreach (var component in _components.Values)
            {
                component.Controller.Measure(wanted.Contains(component.Name) ? options.TimeOneIn : null);
            }

            _process.Measure(isWanted: true);
            _options = options;
        }
    }

    /// <summary>
    /// Stops counting. Completes when new calls are not counted any more; calls that are inside are still counted when they
    /// end. What was counted stays, and goes on growing if it is started again.
    /// </summary>
    public Task StopCollectionAsync()
    {
        lock (_lock)
        {
            foreach (var component in _components.Values)
            {
                component.Controller.Measure(timeOneIn: null);
            }

            _process.Measure(isWanted: false);
            _options = null;
        }

        return Task.CompletedTask;
    }

    /// <summary>What was counted so far. May be asked for at any time, also while nothing is counted.</summary>
    public MetricsSnapshot Snapshot() => new(
        _time.GetUtcNow(),
        [.. _components.Values.OrderBy(component => component.Name, StringComparer.Ordinal).SelectMany(component => component.Controller.Metrics())],
        _process.Read());

    /// <summary>What the process is like now, and has used.</summary>
    internal ProcessMetrics ReadProcess() => _process.Read();
}
