using Microsoft.Extensions.Logging.Abstractions;
using Relay;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Runtime.Nodes;
using Theseus.Server;

namespace Theseus.LoadBench.Fleet;

/// <summary>A real control plane, on SQLite unless its way says otherwise, and as many node agents as wanted in this process, each on a component that takes no time.</summary>
internal sealed class TrivialFleet : IAsyncDisposable
{
    private const string Component = "relay";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);

    private readonly string _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _agents = [];
    private readonly List<TrivialEngine> _engines = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _heard = new(StringComparer.Ordinal);

    private readonly IFleetWay _way;

    private TrivialFleet(IFleetWay way, string? folder = null) => (_way, _folder) = (way, folder ?? Directory.CreateTempSubdirectory("theseus-fleet-").FullName);

    public ControlPlane Plane { get; private set; } = null!;

    public int Nodes => _engines.Count;

    /// <summary>Starts one in which all go the way within the process.</summary>
    public static Task<TrivialFleet> StartAsync(int nodes) => StartAsync(nodes, new InProcessWay());

    /// <summary>Starts one, and returns when the control plane knows every node.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="way">How they reach each other; ended with the fleet.</param>
    /// <param name="folder">Where the control plane keeps what it has to; null for a temporary folder. Goes with the fleet.</param>
    public static async Task<TrivialFleet> StartAsync(int nodes, IFleetWay way, string? folder = null)
    {
        var fleet = new TrivialFleet(way, folder);
        await fleet.StartPlaneAsync();
        await fleet.StartNodesAsync(nodes);
        await UntilAsync(async () => (await fleet.Plane.Upgrades.GetNodesAsync(CancellationToken.None)).Count == nodes
            && fleet.Plane.Components.Find(Component) is { Lifecycle: ComponentLifecycle.Active });
        return fleet;
    }

    /// <summary>Starts one on what a killed one left: its nodes begin anew, as their processes do.</summary>
    public static async Task<TrivialFleet> GoOnAsync(int nodes, string folder)
    {
        var fleet = new TrivialFleet(new InProcessWay(), folder);
        await fleet.StartNodesAsync(nodes);
        await fleet.StartPlaneAsync();
        return fleet;
    }

    /// <summary>The control plane's database in a fleet's folder.</summary>
    public static string DatabaseIn(string folder) => Path.Combine(folder, "control", "theseus.db");

    /// <summary>Starts agents that report to nobody.</summary>
    public static async Task<TrivialFleet> StartAloneAsync(int nodes)
    {
        var fleet = new TrivialFleet(new InProcessWay());
        fleet._agents.Add(Task.Run(async () =>
        {
            try
            {
                await foreach (var report in fleet._way.Control.ReadReportsAsync(fleet._stop.Token))
                {
                    fleet._heard[report.Node] = true;
                }
            }
            catch (OperationCanceledException)
            {
            }
        }));
        await fleet.StartNodesAsync(nodes);
        await UntilAsync(() => Task.FromResult(fleet._heard.Count == nodes));
        return fleet;
    }

    private async Task StartNodesAsync(int nodes)
    {
        var package = await ReleasePackage.ReadAsync(Path.Combine(ResultsFile.Repository, "artifacts", "releases", "relay.1.0.0.nupkg"), PackageLimits.Default, CancellationToken.None);
        var release = new ReleaseId("1.0.0", package.Package!.Digest);
        for (var i = 0; i < nodes; i++)
        {
            var engine = new TrivialEngine(Component, typeof(IRelay).FullName!, typeof(IRelay).Assembly.GetName().Name!, release);
            var name = $"node{i:0000}";
            var identity = new NodeIdentity { Name = name, FailureDomain = $"domain{i % 4}", MemoryBytes = 1L << 30 };
            var agent = new NodeAgent(identity, engine, new MemoryFences(), _way.Connect(name), TimeProvider.System, NullLogger.Instance);
            _engines.Add(engine);
            _agents.Add(Task.Run(() => agent.RunAsync(_stop.Token)));
        }
    }

    public async Task StartPlaneAsync()
    {
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(_folder, "control"), Store = _way.Store };
        options.Feeds.Add(Path.Combine(ResultsFile.Repository, "artifacts", "releases"));
        Plane = await ControlPlane.StartAsync(options, _way.Control, time: null, NullLoggerFactory.Instance, CancellationToken.None);
    }

    /// <summary>Ends the control plane and lets it go.</summary>
    public async Task StopPlaneAsync()
    {
        await Plane.DisposeAsync();
        Plane = null!;
    }

    public Task<UpgradeRecord> AskAsync(string version, StrategyParameters parameters) => Plane.Upgrades.StartAsync(
        new UpgradeRequest { Targets = [new UpgradeTarget(Component, version)], Parameters = parameters, RequestedBy = "bench" }, CancellationToken.None);

    public async Task<UpgradeRecord> UntilAsync(string id, Func<UpgradeRecord, bool> holds)
    {
        using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
        await foreach (var change in Plane.Upgrades.WatchAsync(id, deadline.Token))
        {
            if (holds(change))
            {
                return change;
            }

            if (change.HasEnded)
            {
                throw new InvalidOperationException($"The upgrade ended: {change.State}. {change.Detail}");
            }
        }

        throw new InvalidOperationException("The upgrade is not followed any more.");
    }

    /// <summary>Waits until every node has reported a fence, so that nothing older is obeyed anywhere.</summary>
    public Task UntilFencedAsync(long fence, int nodes) => UntilAsync(async () =>
        (await Plane.Upgrades.GetNodesAsync(CancellationToken.None)).Count(node => node.Components[0].Fence >= fence) >= nodes);

    /// <summary>Whether every node has confirmed a version.</summary>
    public bool AllHave(string version) => _engines.All(engine => engine.Describe(Component) is { Confirmed.Version: var confirmed, Trial: null } && confirmed == version);

    /// <summary>Ends the agents: what they have said stays with the control plane.</summary>
    public async Task StopAgentsAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAgentsAsync();
        if (Plane is not null)
        {
            await StopPlaneAsync();
        }

        await _way.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
        while (!await holds())
        {
            await Task.Delay(s_look, TimeProvider.System, deadline.Token);
        }
    }
}
