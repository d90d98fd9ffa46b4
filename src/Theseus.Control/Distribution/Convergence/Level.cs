using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>What an upgrade that has ended left of one component, and how far a node is from it. Pure.</summary>
/// <remarks>
/// <para>
/// By the node's fence it is told whether it saw the upgrade. Below the upgrade's last, it did not, and is told. With that
/// one it did, and what differs since is its operator's own doing; but for nodes that the upgrade ended without, which
/// may have heard of it and not have done it.
/// </para>
/// <para>
/// What it is told after the end goes under the next turn, so that a node with that one is known to be under way still,
/// whoever looks; and when it is level it is told the turn after that, by which it is known to be.
/// </para>
/// </remarks>
internal sealed class Level
{
    private readonly UpgradeMove _move;

    private Level(UpgradeRecord upgrade, UpgradeMove move) => (Upgrade, _move) = (upgrade, move);

    public UpgradeRecord Upgrade { get; }

    public ReleaseId Wanted => IsForward ? _move.To : _move.From;

    /// <summary>Whether the upgrade's release was kept, rather than the one from before.</summary>
    public bool IsForward => Upgrade.State == UpgradeState.Completed;

    /// <summary>Finds what counts for a node: the newest upgrade that ended and was meant for it; null for none.</summary>
    /// <param name="landed">The component's upgrades that changed something, the newest first.</param>
    /// <param name="component">The component.</param>
    /// <param name="node">The node.</param>
    public static Level? Of(IEnumerable<UpgradeRecord> landed, string component, string node)
    {
        var upgrade = landed.FirstOrDefault(one => one.Plan is not null && (one.Request.Nodes.Count == 0 || one.Request.Nodes.Contains(node)));
        return upgrade?.Plan!.Moves.FirstOrDefault(move => move.Component == component) is { } move ? new Level(upgrade, move) : null;
    }

    /// <summary>What a node has to be told; null for nothing.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="report">What it says of the component.</param>
    public NodeTask? TaskFor(string node, ComponentReport report)
    {
        var (last, after) = (Upgrade.Fence, Upgrade.FenceAfterEnd);
        var sawIt = report.Fence > after || (report.Fence == last && Upgrade.LeftOut.All(one => one.Node != node));
        return sawIt ? null : Has(report) ? Task(node, NodeTaskKind.Report, Upgrade.FenceWhenLevel) : Task(node, IsForward ? NodeTaskKind.Confirm : NodeTaskKind.Revert, after);
    }

    private bool Has(ComponentReport report) =>
        report.Confirmed == Wanted && (IsForward ? report.Trial is null : report.Trial?.Release != _move.To && report.Staged != _move.To);

    private NodeTask Task(string node, NodeTaskKind kind, long fence) => new()
    {
        Id = $"{Upgrade.Id}/after/{_move.Component}/{kind}",
        Node = node,
        Kind = kind,
        Component = _move.Component,
        Upgrade = Upgrade.Id,
        Fence = fence,
        From = _move.From,
        To = _move.To,
        Deadline = Upgrade.Plan!.SettleDeadline,
    };
}
