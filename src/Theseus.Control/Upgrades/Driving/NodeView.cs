using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What an upgrade is decided by, of the nodes.</summary>
/// <param name="Find">A node's last word on a component; null when it was not heard of.</param>
internal sealed record NodeView(Func<string, string, ComponentReport?> Find)
{
    /// <summary>Why a node cannot be counted on; null while it can.</summary>
    public Func<string, LeftOutNode?> Away { get; init; } = _ => null;

    /// <summary>The nodes that something may be begun on and that have one of an upgrade's components, though not by its plan.</summary>
    public Func<UpgradeRecord, IReadOnlyList<JoinedNode>> Joining { get; init; } = _ => [];

    /// <summary>Makes one of what is known of the fleet.</summary>
    /// <param name="fleet">What nodes said last.</param>
    /// <param name="directory">Which of them can be counted on; null where that is not watched: all are then.</param>
    public static NodeView Of(FleetView fleet, INodeDirectory? directory) => directory is null
        ? new NodeView(fleet.Find)
        : new NodeView(fleet.Find) { Away = node => AwayOf(node, directory, fleet), Joining = upgrade => JoiningOf(upgrade, directory, fleet) };

    private static LeftOutNode? AwayOf(string node, INodeDirectory directory, FleetView fleet) => directory.Find(node) switch
    {
        { State: NodeState.Lost, HeardAt: var heard } => new(node, heard, FormattableString.Invariant($"is lost: it was heard of last at {heard:yyyy-MM-dd HH:mm:ss}Z")),
        { State: NodeState.Left, HeardAt: var heard } => new(node, heard, FormattableString.Invariant($"has left, at {heard:yyyy-MM-dd HH:mm:ss}Z")),
        // Not known and heard of nevertheless: it was removed. Of one that was never heard of here nothing can be said.
        null when fleet.HasLeft(node) is { } last => new(node, last, "was removed"),
        _ => null,
    };

    private static List<JoinedNode> JoiningOf(UpgradeRecord upgrade, INodeDirectory directory, FleetView fleet)
    {
        var nodes = upgrade.Request.Nodes;
        return
        [
            .. from move in upgrade.Plan!.Moves
               let planned = upgrade.Plan.Waves.Where(wave => wave.Component == move.Component).SelectMany(wave => wave.Nodes).ToHashSet(StringComparer.Ordinal)
               from status in directory.Nodes
               where status.IsOpen && !planned.Contains(status.Name) && (nodes.Count == 0 || nodes.Contains(status.Name))
               where fleet.Find(status.Name, move.Component) is { } report && report.Confirmed != move.To && report.Fence < upgrade.Fence
               select new JoinedNode(status.Name, move.Component),
        ];
    }
}
