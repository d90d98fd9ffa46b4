namespace Theseus.Control.Distribution;

/// <summary>Refuses tasks that no node of the fleet could ever do, with the reason. Pure.</summary>
internal static class TaskAdmission
{
    private const int Shown = 20;

    /// <exception cref="TaskRefusedException">There is a task that nobody could do.</exception>
    public static void ThrowIfNobodyCould(IReadOnlyList<TaskRequest> requests, IReadOnlyList<NodeStatus> nodes)
    {
        var there = nodes.Where(node => node.State is not (NodeState.Lost or NodeState.Left)).ToList();
        if (there.Count == 0)
        {
            var gone = nodes.Count > 0 ? $" Gone are: {Names(nodes)}." : "";
            throw new TaskRefusedException(TaskRefusal.NoNodes, $"No node has joined that could do it.{gone} Start a host that joins this fleet with a handler for the kind, and ask again.");
        }

        // Many requests have few kinds and places.
        var faults = requests
            .DistinctBy(TaskLanes.Of, StringComparer.Ordinal)
            .Select(one => WhyNot(one.Kind, one.Placement, nodes, there))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Take(Shown)
            .ToList();
        if (faults.Count > 0)
        {
            throw new TaskRefusedException(TaskRefusal.NoFittingNode, string.Join(" ", faults)) { Faults = faults };
        }
    }

    private static string? WhyNot(string kind, TaskPlacement placement, IReadOnlyList<NodeStatus> all, IReadOnlyList<NodeStatus> there)
    {
        // Who is bound to a node and waits for it may be asked for while it is away.
        var counted = placement is { Nodes.Count: > 0, WhenGone: WhenNodesAreGone.Wait } ? all : there;
        if (counted.Any(node => TaskPlacer.MayFit(node, kind, placement)))
        {
            return null;
        }

        if (placement.Nodes.Count > 0)
        {
            var named = counted.Where(node => placement.Nodes.Contains(node.Name, StringComparer.Ordinal)).ToList();
            if (named.Count == 0)
            {
                return $"None of the nodes {string.Join(", ", placement.Nodes.Take(Shown))} is there. There are: {Names(there)}.";
            }

            counted = named;
        }

        var kinds = counted.SelectMany(node => node.Report?.TaskKinds ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return kinds.Contains(kind, StringComparer.Ordinal)
            ? $"No node that has a handler for '{kind}' has the labels {string.Join(", ", placement.Labels.Select(label => $"{label.Key}={label.Value}"))}. Change the labels that the task asks for, or those of a node."
            : $"None of the nodes {Names(counted)} has a handler for '{kind}'. There are handlers for: {(kinds.Count > 0 ? string.Join(", ", kinds.Take(Shown)) : "nothing")}.";
    }

    private static string Names(IReadOnlyList<NodeStatus> nodes) =>
        string.Join(", ", nodes.Take(Shown).Select(node => node.Name)) + (nodes.Count > Shown ? $" and {nodes.Count - Shown} more" : "");
}
