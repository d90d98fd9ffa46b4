using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Server;

namespace Theseus.Demo.Fleet;

/// <summary>The demo's service: five nodes and the control plane that upgrades them, all in this process.</summary>
internal sealed class DemoFleet : IDemoFleet
{
    public const int Nodes = 5;

    /// <summary>What starts, in words.</summary>
    public static readonly string What = $"a control plane and {Nodes} nodes, all in this process";

    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-demo-").FullName;
    private readonly InProcessChannel _channel = new();
    private readonly List<DemoNode> _nodes = [];
    private ControlPlane? _plane;

    private DemoFleet()
    {
    }

    public IReadOnlyList<Uri> Addresses => [.. _nodes.Select(node => node.Address)];

    public IReadOnlyList<FleetPart> Parts => [];

    public async IAsyncEnumerable<UpgradeRecord> UpgradeAsync(UpgradeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var upgrade = await _plane!.Upgrades.StartAsync(request, cancellationToken);
        await foreach (var change in _plane.Upgrades.WatchAsync(upgrade.Id, cancellationToken))
        {
            yield return change;
        }
    }

    public Task<IReadOnlyList<NodeStanding>> LookAsync(string component, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NodeStanding>>(
        [.. _nodes.Select((node, i) => new NodeStanding($"node{i + 1}", node.Engine.GetStatus(component).ServingVersion, [.. node.Engine.GetHistory(component)]))]);

    public Task<IReadOnlyDictionary<string, long>> ReadGrantedAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, long>>(_nodes
        .SelectMany(node => node.Limiter.Snapshot())
        .GroupBy(one => one.Key, StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => same.Sum(one => one.Value), StringComparer.Ordinal));

    public bool CanLoseAControlPlane => false;

    public Task<KilledDriver> KillDriverAsync(UpgradeRecord upgrade, CancellationToken cancellationToken) => throw new NotSupportedException("The control plane lives in this process.");

    /// <summary>Starts the control plane and the nodes, and waits until it knows them.</summary>
    public static async Task<DemoFleet> StartAsync(string releases, TimeProvider time, CancellationToken cancellationToken)
    {
        var fleet = new DemoFleet();
        try
        {
            await fleet.StartPartsAsync(releases, time, cancellationToken);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPartsAsync(string releases, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(_folder, "control"), DiscoveryInterval = TimeSpan.FromMilliseconds(200) };
        options.Feeds.Add(releases);
        _plane = await ControlPlane.StartAsync(options, _channel, time, NullLoggerFactory.Instance, cancellationToken);
        for (var i = 1; i <= Nodes; i++)
        {
            var name = $"node{i}";
            _nodes.Add(await DemoNode.StartAsync(name, i % 2 == 0 ? "east" : "west", releases, Path.Combine(_folder, name), _channel.Connect(name), cancellationToken));
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_longestStart);
        while (_plane.Components.Components.Count(one => one.Lifecycle == ComponentLifecycle.Active) < 2 || (await _plane.Upgrades.GetNodesAsync(deadline.Token)).Count < Nodes)
        {
            await Task.Delay(s_look, time, deadline.Token);
        }
    }
}
