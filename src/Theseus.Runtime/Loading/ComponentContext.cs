using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Loading;

/// <summary>What a generation is given, and the owner of its background work.</summary>
internal sealed partial class ComponentContext : IComponentContext
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<BackgroundWork> _work = [];
    private readonly Stack<(string Name, Action Release)> _releases = [];
    private readonly Action<string, Exception> _onFault;
    private readonly GenerationConfiguration _configuration;
    private readonly GenerationTimeProvider _time;
    private readonly ILogger _log;
    private bool _stopped;

    public ComponentContext(string component, string version, ComponentSurroundings surroundings)
    {
        Component = component;
        Version = version;
        Stopping = _stopping.Token;
        LoggerFactory = new GenerationLoggerFactory(surroundings.LoggerFactory, component);
        _configuration = new GenerationConfiguration(surroundings.Settings, surroundings.Overrides);
        _time = new GenerationTimeProvider(surroundings.Time);
        _onFault = surroundings.OnBackgroundFault;
        _log = LoggerFactory.CreateLogger("Background");
    }

    public string Component { get; }

    public string Version { get; }

    public IConfiguration Configuration => _configuration;

    public ILoggerFactory LoggerFactory { get; }

    public TimeProvider Time => _time;

    public CancellationToken Stopping { get; }

    /// <summary>Background work that has not ended.</summary>
    public IReadOnlyList<BackgroundWork> Unfinished
    {
        get
        {
            lock (_lock)
            {
                return [.. _work];
            }
        }
    }

    public void Run(string name, Func<CancellationToken, Task> work)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        Start(new BackgroundWork(name, IsTimer: false), () => RunOnceAsync(name, work));
    }

    public IDisposable StartTimer(string name, TimeSpan period, Func<CancellationToken, ValueTask> callback)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period.TotalMilliseconds, uint.MaxValue - 1, nameof(period));
        var end = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        Start(new BackgroundWork(name, IsTimer: true), () => RunPeriodicallyAsync(name, period, callback, end));
        return new TimerEnd(end);
    }

    public void OnStop(string name, Action release)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(release);
        lock (_lock)
        {
            ThrowIfStopped_NeedsLock();
            _releases.Push((name, release));
        }
    }

    /// <summary>
    /// Cancels <see cref="Stopping"/>, undoes what was registered, in reverse, and awaits the background work. What does
    /// not end before the deadline is told in words, and left behind.
    /// </summary>
    public async Task StopAsync(ReleaseSteps steps)
    {
        lock (_lock)
        {
            _stopped = true;
        }

        await steps.RunAsync("the callbacks on its stopping token", _stopping.CancelAsync).ConfigureAwait(false);
        while (_releases.TryPop(out var release))
        {
            await steps.RunAsync($"its on-stop action '{release.Name}'", () =>
            {
                release.Release();
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        }

        foreach (var work in Unfinished)
        {
            await steps.RunAsync(work.ToString(), () => work.Ended).ConfigureAwait(false);
        }
    }

    /// <summary>Ends what the component has made with its clock and registered with its configuration.</summary>
    public void EndSurroundings()
    {
        _time.Dispose();
        _configuration.Dispose();
    }

    private void Start(BackgroundWork work, Func<Task> body)
    {
        lock (_lock)
        {
            ThrowIfStopped_NeedsLock();
            _work.Add(work);
        }

        _ = IsolatedFlow.RunAsync(() => Task.Run(async () =>
        {
            await body().ConfigureAwait(false);
            lock (_lock)
            {
                _work.Remove(work);
            }

            work.End();
        }));
    }

    private async Task RunOnceAsync(string name, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // Its way to end.
        }
        catch (Exception e)
        {
            ReportFault(name, e);
        }
    }

    private async Task RunPeriodicallyAsync(string name, TimeSpan period, Func<CancellationToken, ValueTask> callback, CancellationTokenSource end)
    {
        using (end)
        {
            var token = end.Token;
            while (await HasPassedAsync(period, token).ConfigureAwait(false))
            {
                try
                {
                    await callback(Stopping).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
                {
                    // Its way to end.
                }
                catch (Exception e)
                {
                    ReportFault(name, e);
                }
            }
        }
    }

    private async Task<bool> HasPassedAsync(TimeSpan period, CancellationToken token)
    {
        try
        {
            await Task.Delay(period, _time, token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void ReportFault(string name, Exception exception)
    {
        var fault = DetachedException.From(exception);
        LogFault(name, fault);
        _onFault(name, fault);
    }

    private void ThrowIfStopped_NeedsLock()
    {
        if (_stopped)
        {
            throw new InvalidOperationException($"{Component} {Version} has been stopped: it can start nothing any more.");
        }
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "The background work '{Name}' failed")]
    private partial void LogFault(string name, Exception fault);

    private sealed class TimerEnd(CancellationTokenSource end) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The timer has ended with its generation.
            }
        }
    }
}

/// <summary>A piece of background work that a component has started through its context.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsTimer">Whether it is a timer.</param>
internal sealed record BackgroundWork(string Name, bool IsTimer)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Notes that it has ended.</summary>
    public void End() => _ended.TrySetResult();

    /// <inheritdoc/>
    public override string ToString() => IsTimer ? $"the timer '{Name}'" : $"the background task '{Name}'";

    /// <summary>By identity: two tasks may have one name.</summary>
    public bool Equals(BackgroundWork? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
