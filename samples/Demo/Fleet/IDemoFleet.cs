using Theseus.Control.Upgrades;
using Theseus.Runtime;

namespace Theseus.Demo.Fleet;

/// <summary>The demo's service: nodes that answer, and what upgrades them. Thread-safe.</summary>
internal interface IDemoFleet : IAsyncDisposable
{
    /// <summary>Where the nodes answer.</summary>
    IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Those of its parts that are processes of their own, the servers first; none where all of it is in this process.</summary>
    IReadOnlyList<FleetPart> Parts { get; }

    /// <summary>Asks for an upgrade, and follows it to its end.</summary>
    IAsyncEnumerable<UpgradeRecord> UpgradeAsync(UpgradeRequest request, CancellationToken cancellationToken);

    /// <summary>How a component stands, node by node.</summary>
    Task<IReadOnlyList<NodeStanding>> LookAsync(string component, CancellationToken cancellationToken);

    /// <summary>The permits that the nodes' limiters count, by client.</summary>
    Task<IReadOnlyDictionary<string, long>> ReadGrantedAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is more than one control plane, each a process of its own, so that one can be lost.</summary>
    bool CanLoseAControlPlane { get; }

    /// <summary>Kills the control plane that drives an upgrade at this moment; only where one can be lost.</summary>
    Task<KilledDriver> KillDriverAsync(UpgradeRecord upgrade, CancellationToken cancellationToken);
}

/// <summary>How a component stands on a node: the version that serves, and its swaps so far.</summary>
internal sealed record NodeStanding(string Node, string? Serving, IReadOnlyList<SwapRecord> History);

/// <summary>A part of the fleet that is a process of its own.</summary>
/// <param name="Name">Its name in <c>eng/fleet</c>.</param>
/// <param name="Process">The process's id.</param>
/// <param name="Address">Where it listens.</param>
internal sealed record FleetPart(string Name, int Process, string Address);

/// <summary>A control plane that was killed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lease">The token of the lease under which it drove: whoever drives after it has a higher one.</param>
internal sealed record KilledDriver(string Name, long Lease);
