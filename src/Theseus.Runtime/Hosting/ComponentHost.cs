using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NuGet.Versioning;
using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Memory;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.Operating;
using Theseus.Runtime.State;
using Theseus.Runtime.Swapping;

namespace Theseus.Runtime.Hosting;

/// <summary>
/// The live part of a host: makes the slots and proxies, loads each component's first release before the host's other
/// services start, and retires everything when the host stops.
/// </summary>
internal sealed partial class ComponentHost : IHostedLifecycleService, IAsyncDisposable
{
    private readonly Dictionary<string, HostedComponent> _components = new(StringComparer.Ordinal);
    private readonly IOptions<TheseusOptions> _options;
    private readonly ILogger<ComponentHost> _logger;
    private readonly HostMemory _memory;
    private readonly ReleaseCatalog _catalog;
    private readonly SnapshotFolder _snapshots;
    private readonly TimeProvider _time;
    private readonly HostMeter _meter;
    private OperatorEndpoint? _endpoint;
    private bool _isStopped;

    public ComponentHost(IServiceProvider services, ComponentRegistrations registrations, IOptions<TheseusOptions> options, TimeProvider time, ILogger<ComponentHost> logger)
    {
        _options = options;
        _logger = logger;
        _time = time;
        var root = services.GetService<IHostEnvironment>()?.ContentRootPath ?? AppContext.BaseDirectory;
        DataFolder = Path.GetFullPath(options.Value.DataFolder, root);
        Files = services.GetService<IMemoryFiles>() ?? new MemoryFiles();
        _memory = HostMemory.Open(DataFolder, time, logger, Files);
        _catalog = ReleaseCatalog.Open(Path.Combine(DataFolder, "store"), options.Value.Feeds, root, time);

        var walker = new HeapWalker(time);
        _snapshots = new SnapshotFolder(Path.Combine(DataFolder, "states"), Files, logger);
        var builder = new SlotBuilder(services, _catalog, time, new SwapJournal(_memory, time), new UnloadVerifier(time), options.Value.WalkHeapWhenStuck ? walker : null, _snapshots);
        foreach (var registration in registrations.All)
        {
            _components.Add(registration.Name, builder.Build(registration));
        }

        Engine = new HotSwapEngine(_components, _catalog, _memory, _snapshots, walker);
        Metrics = new MetricsCollector(_components, time);
        _meter = new HostMeter(Metrics);
    }

    /// <summary>The folder in which the host keeps releases and its memory.</summary>
    public string DataFolder { get; }

    /// <summary>The disk under all that it remembers.</summary>
    public IMemoryFiles Files { get; }

    public HotSwapEngine Engine { get; }

    public MetricsCollector Metrics { get; }

    public object GetProxy(string component) => _components[component].Proxy;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var component in _components.Values)
        {
            try
            {
                await StartAsync(component, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                await component.Controller.TellNotStartedAsync(failure.Message).ConfigureAwait(false);
                failures.Add($"'{component.Name}': {failure.Message}");
                LogNotStarted(_logger, component.Name, failure.Message);
            }
        }

        if (failures.Count > 0 && _options.Value.FailFast)
        {
            throw new ComponentStartException(failures);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_options.Value.OperatorEndpoint)
        {
            try
            {
                _endpoint = OperatorEndpoint.Start(DataFolder, new EngineOperator(Engine, name => _components[name].Options.Swap), _time, _logger);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNoEndpoint(_logger, failure.Message);
            }
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_endpoint is not null)
        {
            await _endpoint.DisposeAsync().ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the host's other services have stopped, so that requests that are being answered can still call.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _isStopped = true;
        var deadline = _options.Value.ShutdownDeadline;
        var deadlines = new SwapDeadlines { Drain = deadline, Stop = deadline, Unload = TimeSpan.FromSeconds(1) };
        await Task.WhenAll(_components.Values.Select(one => one.Controller.StopAsync(deadlines, cancellationToken))).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StoppingAsync(CancellationToken.None).ConfigureAwait(false);
        if (!_isStopped)
        {
            await StoppedAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _meter.Dispose();
        _catalog.Dispose();
        _memory.Dispose();
    }

    private async Task StartAsync(HostedComponent component, CancellationToken cancellationToken)
    {
        var release = await ChooseAsync(component, cancellationToken).ConfigureAwait(false);
        await component.Controller.StartAsync(release, _memory.Get(component.Name).Confirmed?.Settings, component.Options.Swap, cancellationToken).ConfigureAwait(false);
        LogStarted(_logger, component.Name, release.Manifest.Version.ToNormalizedString());
    }

    /// <summary>The release that was confirmed last; without one, the newest that the component may begin with.</summary>
    private async Task<VerifiedRelease> ChooseAsync(HostedComponent component, CancellationToken cancellationToken)
    {
        if (_memory.Get(component.Name).Confirmed is { } confirmed)
        {
            return await FindConfirmedAsync(component, confirmed, cancellationToken).ConfigureAwait(false);
        }

        VersionRange? range = null;
        if (component.Options.InitialVersion is { } text && !VersionRange.TryParse(text, out range))
        {
            throw new InvalidOperationException($"Theseus:Components:{component.Name}:InitialVersion is '{text}', which is no version range; write it like 1.2.0 or [1.2.0,2.0.0).");
        }

        var found = await _catalog.FindNewestAsync(component.Name, component.Package, range, cancellationToken).ConfigureAwait(false);
        return found.Release ?? throw new InvalidOperationException(found.Problem);
    }

    private async Task<VerifiedRelease> FindConfirmedAsync(HostedComponent component, ReleaseRef confirmed, CancellationToken cancellationToken)
    {
        var stored = await _catalog.GetStoredAsync(component.Name, confirmed.Digest, cancellationToken).ConfigureAwait(false);
        if (stored.Release is { } release)
        {
            return release;
        }

        // The very same release may still be in a feed.
        LogConfirmedIsLost(_logger, component.Name, confirmed.Version, stored.Problem);
        var again = await _catalog.FindInFeedsAsync(
            component.Name, component.Package, NuGetVersion.Parse(confirmed.Version), confirmed.Digest, cancellationToken).ConfigureAwait(false);
        return again.Release ?? throw new InvalidOperationException(
            $"The release that was confirmed last, {confirmed.Version} ({confirmed.Digest}), cannot be used: {stored.Problem} No feed has it as it was: {again.Problem} "
            + $"Put its package into a feed, or delete '{Path.Combine(DataFolder, "components")}' to begin anew.");
    }

    [LoggerMessage(1001, LogLevel.Information, "Component '{Component}' serves with release {Version}")]
    private static partial void LogStarted(ILogger logger, string component, string version);

    [LoggerMessage(1002, LogLevel.Error, "Component '{Component}' could not be started: {Problem}")]
    private static partial void LogNotStarted(ILogger logger, string component, string problem);

    [LoggerMessage(1004, LogLevel.Warning, "The host cannot be steered by the command line: {Problem}")]
    private static partial void LogNoEndpoint(ILogger logger, string problem);

    [LoggerMessage(1003, LogLevel.Warning, "Component '{Component}': the confirmed release {Version} cannot be used from the host's store: {Problem}")]
    private static partial void LogConfirmedIsLost(ILogger logger, string component, string version, string problem);
}
