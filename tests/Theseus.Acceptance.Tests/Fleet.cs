using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Samples;
using Theseus.Server;

namespace Theseus.Acceptance.Tests;

/// <summary>A control plane and hosts that have joined it, all in this process: SQLite, the in-process channel, real components.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-acceptance-").FullName;
    private readonly InProcessChannel _channel = new();
    private readonly List<IHost> _hosts = [];

    private Action<ControlPlaneOptions> _configure = _ => { };
    private bool _hasLimiter;
    private double _slowdownAllowed;
    private SwapOptions? _swap;
    private bool _hasRelay;

    public ControlPlane Plane { get; private set; } = null!;

    public static string Releases { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases"));

    public IReadOnlyList<IMarkdownRenderer> Renderers => [.. _hosts.Select(host => host.Services.GetRequiredService<IMarkdownRenderer>())];

    public IReadOnlyList<IRateLimiter> Limiters => [.. _hosts.Select(host => host.Services.GetRequiredService<IRateLimiter>())];

    public IReadOnlyList<IRelay> Relays => [.. _hosts.Select(host => host.Services.GetRequiredService<IRelay>())];

    /// <summary>Starts a fleet.</summary>
    /// <param name="nodes">How many nodes it has, each with the component <c>markdown</c>.</param>
    /// <param name="withLimiter">Whether they have <c>rate-limiter</c> too, whose state is transferred and whose settings say <c>Limit</c> 7.</param>
    /// <param name="configure">Changes the control plane's options.</param>
    /// <param name="slowdownAllowed">How many times as long a release's calls may take before its node takes it back by itself.</param>
    /// <param name="withRelay">Whether they have <c>relay</c> too, whose third release declares itself safe to upgrade to from the second one on.</param>
    /// <param name="swap">How hosts swap; null for quickly.</param>
    public static async Task<Fleet> StartAsync(int nodes, bool withLimiter = false, Action<ControlPlaneOptions>? configure = null, bool withRelay = false, double slowdownAllowed = 3, SwapOptions? swap = null)
    {
        var fleet = new Fleet { _hasLimiter = withLimiter, _hasRelay = withRelay, _slowdownAllowed = slowdownAllowed, _swap = swap, _configure = configure ?? (_ => { }) };
        await fleet.StartPlaneAsync();
        for (var i = 1; i <= nodes; i++)
        {
            await fleet.AddNodeAsync($"node{i}", i % 2 == 0 ? "east" : "west");
        }

        await fleet.UntilJoinedAsync();
        return fleet;
    }

    public async Task StartPlaneAsync()
    {
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(_folder, "control"), DiscoveryInterval = TimeSpan.FromMilliseconds(50) };
        options.Feeds.Add(Releases);
        _configure(options);
        Plane = await ControlPlane.StartAsync(options, _channel, time: null, NullLoggerFactory.Instance, CancellationToken.None);
    }

    /// <summary>Ends the control plane and starts another on a database of its own, as after the loss of the first one's.</summary>
    public async Task LoseDatabaseAsync()
    {
        await Plane.DisposeAsync();
        Directory.Delete(Path.Combine(_folder, "control"), recursive: true);
        await StartPlaneAsync();
        await UntilJoinedAsync();
    }

    public async Task AddNodeAsync(string name, string domain)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (_hasLimiter)
        {
            builder.Configuration.AddInMemoryCollection([new("Theseus:Components:rate-limiter:Settings:Limit", "7"), new("Theseus:Components:rate-limiter:Settings:WindowSeconds", "3600")]);
        }

        var theseus = builder.AddTheseus(options =>
            {
                options.Feeds.Add(Releases);
                options.OperatorEndpoint = false;
                options.ShutdownDeadline = TimeSpan.FromSeconds(2);
            })
            .AddComponent<IMarkdownRenderer>("markdown", FromOne)
            .JoinFleet(_channel.Connect(name), node =>
            {
                node.Name = name;
                node.FailureDomain = domain;
                node.Heartbeat = TimeSpan.FromMilliseconds(200);
            });
        if (_hasLimiter)
        {
            theseus.AddComponent<IRateLimiter>("rate-limiter", FromOne);
        }

        if (_hasRelay)
        {
            theseus.AddComponent<IRelay>("relay", FromOne);
        }

        var host = builder.Build();
        await host.StartAsync();
        _hosts.Add(host);
    }

    /// <summary>Ends a node in good order.</summary>
    public async Task StopNodeAsync(int index)
    {
        var host = _hosts[index];
        _hosts.RemoveAt(index);
        await host.StopAsync();
        host.Dispose();
    }

    private void FromOne(ComponentOptions options)
    {
        options.InitialVersion = "[1.0.0]";
        options.Swap = _swap ?? new SwapOptions
        {
            Loading = LoadingMode.Collectible,
            WarmUp = new() { Rounds = 1, LongestSettling = TimeSpan.Zero },
            RestBeforeStop = TimeSpan.Zero,
            Trial = new() { SlowdownAllowed = _slowdownAllowed },
        };
    }

    public static UpgradeRequest To(string version, StrategyParameters parameters) => new()
    {
        Targets = [new UpgradeTarget("markdown", version)],
        Parameters = parameters with { Observe = TimeSpan.FromMilliseconds(300), WhenInconclusive = InconclusiveWave.RollBack },
        RequestedBy = "operator",
    };

    public async Task<UpgradeRecord> RunAsync(UpgradeRequest request)
    {
        var upgrade = await Plane.Upgrades.StartAsync(request, CancellationToken.None);
        return await EndOfAsync(upgrade.Id);
    }

    public async Task<UpgradeRecord> EndOfAsync(string id)
    {
        try
        {
            return await Plane.Upgrades.WaitForEndAsync(id, CancellationToken.None).WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            var stuck = await Plane.Upgrades.FindAsync(id, CancellationToken.None);
            var nodes = await Plane.Upgrades.GetNodesAsync(CancellationToken.None);
            throw new TimeoutException($"{stuck} does not end. {string.Join("\n", nodes.SelectMany(node => node.Components.Select(one => $"{node.Node}: {one} {string.Join(", ", one.Results)}")))}");
        }
    }

    /// <summary>Waits for an upgrade to be somewhere.</summary>
    public async Task<UpgradeRecord> UntilAsync(string id, Func<UpgradeRecord, bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await foreach (var change in Plane.Upgrades.WatchAsync(id, deadline.Token))
        {
            if (holds(change))
            {
                return change;
            }
        }

        throw new InvalidOperationException("The upgrade ended without being there.");
    }

    /// <summary>Waits for a component to be as it is wanted to be.</summary>
    public async Task UntilAsync(string component, Func<ComponentDescriptor, bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await Plane.Components.WaitForAsync(component, found => found is not null && holds(found), deadline.Token);
    }

    private async Task UntilJoinedAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await Plane.Upgrades.WaitForNodesAsync(nodes => nodes.Count == _hosts.Count, deadline.Token);
        foreach (var component in (string[])["markdown", .. _hasLimiter ? ["rate-limiter"] : Array.Empty<string>(), .. _hasRelay ? ["relay"] : Array.Empty<string>()])
        {
            await UntilAsync(component, found => found.Lifecycle == ComponentLifecycle.Active);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        await Plane.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
