using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>A node that may be given something new, and how much it has. Immutable.</summary>
/// <param name="Status">The node.</param>
/// <param name="Slots">How many tasks it may have at once.</param>
internal sealed record PlacementNode(NodeStatus Status, int Slots)
{
    public string Domain => Status.Report?.FailureDomain ?? "";
}

/// <summary>
/// Chooses nodes for tasks: of those that may do a task and have a place free, the one whose places are taken up least;
/// where tasks are to be spread, first one in the failure domain that has the fewest of the group. Owned by one claim; not
/// thread-safe. Decides by what it is given alone.
/// </summary>
internal sealed class TaskPlacer
{
    private readonly IReadOnlyList<PlacementNode> _nodes;
    private readonly Dictionary<string, int> _taken;
    private readonly Dictionary<(string Group, string Domain), int> _spread = [];
    private readonly Dictionary<string, IReadOnlyList<PlacementNode>> _fitting = new(StringComparer.Ordinal);
    private readonly int _most;
    private int _all;

    /// <param name="nodes">The nodes that are open.</param>
    /// <param name="taken">How many tasks each node has; nodes that are not open count for the overall limit.</param>
    /// <param name="most">How many tasks all nodes together may have.</param>
    public TaskPlacer(IReadOnlyList<PlacementNode> nodes, IReadOnlyDictionary<string, int> taken, int most)
    {
        _nodes = nodes;
        _taken = new(taken, StringComparer.Ordinal);
        _most = most;
        _all = taken.Values.Sum();
    }

    /// <summary>How many more may be placed by the overall limit.</summary>
    public int Left => Math.Max(0, _most - _all);

    /// <summary>Notes how many tasks of a group are in a failure domain.</summary>
    public void Note(string group, string node, int count)
    {
        if (_nodes.FirstOrDefault(one => one.Status.Name == node) is { } known)
        {
            _spread[(group, known.Domain)] = _spread.GetValueOrDefault((group, known.Domain)) + count;
        }
    }

    /// <summary>How many tasks of a kind and placement could be placed now.</summary>
    public int Free(string kind, TaskPlacement placement) =>
        Math.Min(Left, Fitting(kind, placement).Sum(node => Math.Max(0, node.Slots - _taken.GetValueOrDefault(node.Status.Name))));

    /// <summary>Chooses a node, and counts the task as placed; null when none is free.</summary>
    /// <param name="kind">The task's kind.</param>
    /// <param name="placement">Where it may be done.</param>
    /// <param name="lastNode">The node of its last attempt, which is chosen when no other can be; null for none.</param>
    public NodeStatus? Place(string kind, TaskPlacement placement, string? lastNode)
    {
        if (Left == 0)
        {
            return null;
        }

        PlacementNode? best = null;
        (int Again, int InDomain, double Share, int Taken) bestRank = default;
        foreach (var node in Fitting(kind, placement))
        {
            var taken = _taken.GetValueOrDefault(node.Status.Name);
            if (taken >= node.Slots)
            {
                continue;
            }

            var inDomain = placement.SpreadGroup.Length > 0 ? _spread.GetValueOrDefault((placement.SpreadGroup, node.Domain)) : 0;
            var rank = (node.Status.Name == lastNode ? 1 : 0, inDomain, (double)taken / node.Slots, taken);
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (node, rank);
            }
        }

        if (best is null)
        {
            return null;
        }

        _taken[best.Status.Name] = bestRank.Taken + 1;
        _all++;
        if (placement.SpreadGroup.Length > 0)
        {
            Note(placement.SpreadGroup, best.Status.Name, 1);
        }

        return best.Status;
    }

    /// <summary>Whether a node may do a task, whether or not it is open.</summary>
    public static bool Fits(NodeStatus node, string kind, TaskPlacement placement) =>
        IsNamed(node.Name, placement) && node.Report is { } report && report.TaskKinds.Contains(kind, StringComparer.Ordinal) && HasLabels(report, placement);

    /// <summary>Whether a node may turn out to fit: it fits, or has not been heard of.</summary>
    public static bool MayFit(NodeStatus node, string kind, TaskPlacement placement) =>
        IsNamed(node.Name, placement) && (node.Report is null || Fits(node, kind, placement));

    private IReadOnlyList<PlacementNode> Fitting(string kind, TaskPlacement placement)
    {
        var lane = TaskLanes.Of(kind, placement);
        if (!_fitting.TryGetValue(lane, out var fitting))
        {
            _fitting[lane] = fitting = [.. _nodes.Where(node => Fits(node.Status, kind, placement))];
        }

        return fitting;
    }

    private static bool IsNamed(string node, TaskPlacement placement) => placement.Nodes.Count == 0 || placement.Nodes.Contains(node, StringComparer.Ordinal);

    private static bool HasLabels(NodeReport report, TaskPlacement placement) =>
        placement.Labels.All(label => report.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
