using Microsoft.Extensions.Logging;
using NuGet.Versioning;
using Theseus.Control;
using Theseus.Control.Analysis;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Storage;

namespace Theseus.Server;

/// <summary>
/// The control plane in one process: components, upgrades and their audit in a database, and the way to nodes.
/// Runs from <see cref="StartAsync"/> until it is disposed of; a process that dies instead does no harm, and the next one
/// goes on where it stopped. Thread-safe.
/// </summary>
public sealed partial class ControlPlane : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ControlStore _store;
    private readonly IReadOnlyList<IReleaseFeed> _feeds;
    private readonly ComponentDiscovery _discovery;
    private readonly ILogger<ControlPlane> _logger;
    private readonly TimeProvider _time;
    private Task _running = Task.CompletedTask;
    private int _isEnding;

    // When feeds are looked at again at the latest. Of the discovery's own loop.
    private DateTimeOffset _feedsAt;

    private ControlPlane(
        string folder, ControlStore store, IReadOnlyList<IReleaseFeed> feeds, FeedReleases releases, ComponentRegistry components, RuntimeUpgradeManager upgrades, RollbackManager rollback, TimeProvider time, ILogger<ControlPlane> logger)
    {
        (DataFolder, _store, _feeds, _time, _logger) = (folder, store, feeds, time, logger);
        (Components, Upgrades, Rollback, Releases) = (components, upgrades, rollback, releases);
        Versions = new VersionManager(releases);
        Tokens = store.Tokens;
        Audit = store.Audit;
        _discovery = new ComponentDiscovery(components);
    }

    /// <summary>The components.</summary>
    public ComponentRegistry Components { get; }

    /// <summary>The upgrades.</summary>
    public RuntimeUpgradeManager Upgrades { get; }

    /// <summary>The ways back.</summary>
    public RollbackManager Rollback { get; }

    /// <summary>The tokens that open it.</summary>
    public ITokenStore Tokens { get; }

    /// <summary>The releases that its feeds have.</summary>
    public IReleaseProvider Releases { get; }

    /// <summary>The ways from release to release. Pins, blocks and policy leave those of <see cref="VersionOptionsOf"/>.</summary>
    public VersionManager Versions { get; }

    /// <summary>The record of all that was changed.</summary>
    public IAuditLog Audit { get; }

    /// <summary>The folder of its files, in full.</summary>
    public string DataFolder { get; }

    /// <summary>Its nodes.</summary>
    public required INodeDirectory Nodes { get; init; }

    /// <summary>What operators may do with nodes.</summary>
    public required INodeRegistration Registration { get; init; }

    /// <summary>The distributed tasks.</summary>
    public required TaskDistributor Tasks { get; init; }

    /// <summary>Brings nodes that were away to what upgrades left.</summary>
    public required FleetConvergence Convergence { get; init; }

    /// <summary>Follows nodes, tasks, upgrades and components over time, and raises alerts.</summary>
    public required PerformanceMonitor Monitor { get; init; }

    private WaveMetrics WaveMetrics { get; init; } = null!;

    /// <summary>What keeps others from the database; null where several may work on it.</summary>
    private DatabaseLock? Sole { get; init; }

    private IReadOnlyDictionary<string, UpgradePolicy> Policies { get; init; } = new Dictionary<string, UpgradePolicy>();

    /// <summary>Whether it has begun to end.</summary>
    internal bool IsEnding => Volatile.Read(ref _isEnding) != 0;

    /// <summary>Its clock.</summary>
    internal TimeProvider Time => _time;

    /// <summary>Starts a control plane.</summary>
    /// <param name="options">How it is put together.</param>
    /// <param name="channel">The way to its nodes.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    /// <exception cref="StorageException">Its database cannot be used; the message says why and what to do.</exception>
    public static async Task<ControlPlane> StartAsync(
        ControlPlaneOptions options, IFleetChannel channel, TimeProvider? time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.DataFolder);
        ArgumentNullException.ThrowIfNull(options.Judge);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.DiscoveryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.FeedInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(options.EvidenceKept);
        var assignments = channel as IAssignmentChannel
            ?? throw new ArgumentException($"{channel?.GetType().Name ?? "null"} is no way for distributed tasks. Give a channel that is an {nameof(IAssignmentChannel)} too.", nameof(channel));
        if (options.Rollback.Validate().Concat(options.Membership.Validate()).Concat(options.Tasks.Validate()).Concat(options.Monitor.Validate()).Concat(options.Prometheus.Validate()).ToList() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        time ??= TimeProvider.System;
        var folder = MakePrivate(Path.GetFullPath(options.DataFolder));
        var address = options.Store ?? Path.Combine(folder, "theseus.db");
        var sole = ControlStore.IsPostgres(address) ? null : DatabaseLock.Take(address);
        ControlStore? store = null;
        try
        {
            store = await ControlStore.OpenAsync(address, time: null, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<IReleaseFeed> feeds = [.. options.Feeds.Select(feed => Open(feed, time))];
            foreach (var missing in options.Feeds.Where(feed => IsFolder(feed) && !Directory.Exists(feed)))
            {
                LogNoSuchFeed(loggers.CreateLogger<ControlPlane>(), Path.GetFullPath(missing));
            }

            var releases = new FeedReleases(feeds, new ReleaseStore(Path.Combine(folder, "store")));
            var components = await ComponentRegistry.OpenAsync(store.Components, time, cancellationToken).ConfigureAwait(false);
            if (options.Feasibility.SurfaceOf is null && channel is InProcessChannel)
            {
                var ours = HostSurface.OfThisProcess();
                options.Feasibility.SurfaceOf = _ => ours;
            }

            var nodes = await FleetMembership.OpenAsync(store.Nodes, channel, options.Membership, time, loggers.CreateLogger<FleetMembership>(), cancellationToken).ConfigureAwait(false);
            var validator = new UpgradeValidator(releases, options.Rules, time: time, logger: loggers.CreateLogger<UpgradeValidator>());
            var feasibility = new ValidatedFeasibility(components, validator, store.Upgrades, options.Feasibility, options.Rollback, time, nodes);
            // Looked by once all there is runs.
            (RuntimeUpgradeManager upgrades, TaskDistributor tasks) = (null!, null!);
            var monitor = new PerformanceMonitor(
                async token => new FleetLook(
                    nodes.Nodes,
                    await tasks.GetStatisticsAsync(token).ConfigureAwait(false),
                    await upgrades.GetStatisticsAsync(token).ConfigureAwait(false),
                    await upgrades.GetRunningAsync(token).ConfigureAwait(false)),
                options.Monitor,
                time,
                loggers.CreateLogger<PerformanceMonitor>());
            var metrics = new WaveMetrics(monitor, () => nodes.Nodes, options.Prometheus, time, loggers.CreateLogger<WaveMetrics>());
            upgrades = new RuntimeUpgradeManager(
                store.Upgrades, nodes.Channel, options.Judge, feasibility, time, loggers, new UpgradeDriving(store.Leases, ReplicaName.Of(folder), store.Changes) { Nodes = nodes, Evidence = store.Evidence, Metrics = metrics });
            var convergence = new FleetConvergence(store.Upgrades, nodes, nodes.Channel, time, loggers.CreateLogger<FleetConvergence>());
            var rollback = new RollbackManager(upgrades, store.RollbackPoints, store.KeyedRequests, options.Rollback, time, loggers.CreateLogger<RollbackManager>());
            tasks = new TaskDistributor(store.Tasks, new TaskFleet(nodes, nodes, assignments), upgrades.NodeTasks, options.Tasks, time, loggers.CreateLogger<TaskDistributor>());
            var plane = new ControlPlane(folder, store, feeds, releases, components, upgrades, rollback, time, loggers.CreateLogger<ControlPlane>())
            {
                Policies = options.Feasibility.Policies,
                Nodes = nodes,
                Registration = nodes,
                Convergence = convergence,
                Tasks = tasks,
                Monitor = monitor,
                WaveMetrics = metrics,
                Sole = sole,
            };
            var follower = new LifecycleFollower(components, upgrades, releases, time, loggers.CreateLogger<LifecycleFollower>());
            plane._running = Task.WhenAll(
                nodes.RunAsync(plane._stop.Token), plane.Convergence.RunAsync(plane._stop.Token), tasks.RunAsync(plane._stop.Token), upgrades.RunAsync(plane._stop.Token),
                new EvidenceKeeping(upgrades, store.Evidence, options.EvidenceKept, loggers.CreateLogger<EvidenceKeeping>()).RunAsync(plane._stop.Token),
                follower.RunAsync(plane._stop.Token), plane.Monitor.RunAsync(plane._stop.Token), metrics.RunAsync(plane._stop.Token), rollback.RunAsync(plane._stop.Token), plane.DiscoverAsync(options.DiscoveryInterval, options.FeedInterval));
            return plane;
        }
        catch
        {
            await (store?.DisposeAsync() ?? default).ConfigureAwait(false);
            sole?.Dispose();
            throw;
        }
    }

    /// <summary>What a component's operators and its owner's policy leave of the ways between its releases.</summary>
    /// <param name="component">The component.</param>
    public VersionOptions VersionOptionsOf(ComponentDescriptor component)
    {
        ArgumentNullException.ThrowIfNull(component);
        return VersionOptions.Of(component, Policies.GetValueOrDefault(component.Name) ?? new UpgradePolicy());
    }

    /// <summary>Ends it. Upgrades stay where they are, and go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var feed in _feeds.OfType<IDisposable>())
        {
            feed.Dispose();
        }

        WaveMetrics.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        Sole?.Dispose();
        _stop.Dispose();
    }

    /// <summary>Brings the registry up to what nodes report and feeds have.</summary>
    private async Task DiscoverAsync(TimeSpan interval, TimeSpan feedInterval)
    {
        try
        {
            while (true)
            {
                try
                {
                    await DiscoverOnceAsync(feedInterval).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // The loop's boundary: the next look may go better.
                    LogNotDiscovered(_logger, failure);
                }

                await Task.Delay(interval, _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task DiscoverOnceAsync(TimeSpan feedInterval)
    {
        var nodes = await Upgrades.GetNodesAsync(_stop.Token).ConfigureAwait(false);
        if (_store.Leases.AreShared)
        {
            await Components.RefreshAsync(_stop.Token).ConfigureAwait(false);
        }

        var inventory = nodes.SelectMany(node => node.Components.Select(component => new NodeInventory(
            node.Node,
            component.Component,
            new ComponentContract(component.Contract, component.ContractAssembly, NuGetVersion.TryParse(component.ContractVersion, out var version) ? version : null),
            component.Confirmed is { } confirmed ? NuGetVersion.Parse(confirmed.Version) : null)));
        var found = await _discovery.FromNodesAsync(inventory, _stop.Token).ConfigureAwait(false);
        if (found.Changed.Count > 0 || _time.GetUtcNow() >= _feedsAt)
        {
            _feedsAt = _time.GetUtcNow() + feedInterval;
            await _discovery.FromFeedsAsync(Releases, _stop.Token).ConfigureAwait(false);
        }
    }

    private static IReleaseFeed Open(string feed, TimeProvider time) => string.IsNullOrWhiteSpace(feed)
        ? throw new ArgumentException("A feed has no name. Give a folder, or the address of a NuGet v3 service index.", nameof(feed))
        : IsFolder(feed) ? new FolderFeed(Path.GetFullPath(feed)) : new NuGetFeed(new Uri(feed), time);

    private static bool IsFolder(string feed) => !(Uri.TryCreate(feed, UriKind.Absolute, out var address) && address.Scheme is "http" or "https");

    private static string MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(folder).FullName;
        }

        return Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    [LoggerMessage(4002, LogLevel.Warning, "There is no folder '{Feed}' that releases could come from; they are found as soon as it is there")]
    private static partial void LogNoSuchFeed(ILogger logger, string feed);

    [LoggerMessage(4001, LogLevel.Error, "The components could not be brought up to what nodes report; it is tried again")]
    private static partial void LogNotDiscovered(ILogger logger, Exception failure);
}
