namespace Theseus.Control.Distribution;

/// <summary>Gives queued tasks to nodes, within the limits. Of one claim; not thread-safe.</summary>
internal sealed class TaskChooser(IReadOnlyList<NodeStatus> nodes, string afterLane, TaskDistributorOptions options, DateTimeOffset now) : ITaskChooser
{
    private readonly List<PlacementNode> _open =
    [
        .. nodes.Where(node => node.IsOpen && node.Report is { TaskSlots: > 0 }).Select(node => new PlacementNode(node, Math.Min(node.Report!.TaskSlots, options.MostPerNode))),
    ];

    private TaskPlacer? _placer;

    public string AfterLane => afterLane;

    public int MostLanes => 200;

    public int MostTasks => options.MostAtOnce;

    /// <summary>Whether there is a node that could be given anything, if it has a place free.</summary>
    public bool HasNodes => _open.Count > 0;

    /// <summary>The lane after which it is looked next; empty when all were seen.</summary>
    public string NextLane { get; private set; } = "";

    public IReadOnlyList<(string Lane, int Most)> Pick(IReadOnlyDictionary<string, int> assigned, IReadOnlyList<TaskLane> lanes)
    {
        _placer = new TaskPlacer(_open, assigned, options.MostAssigned);
        NextLane = lanes.Count == MostLanes ? lanes[^1].Name : "";
        return [.. lanes.Select(lane => (lane.Name, Most: Math.Min(MostTasks, _placer.Free(lane.Kind, lane.Placement)))).Where(lane => lane.Most > 0)];
    }

    public IReadOnlyList<DistributedTask> Choose(IReadOnlyList<DistributedTask> tasks, IReadOnlyList<GroupCount> groups)
    {
        foreach (var (group, node, count) in groups)
        {
            _placer!.Note(group, node, count);
        }

        var chosen = new List<DistributedTask>();
        foreach (var task in tasks)
        {
            if (_placer!.Place(task.Request.Kind, task.Request.Placement, task.Node) is { } node)
            {
                chosen.Add(TaskTurns.Assign(task, node, now, options.Grace));
            }
        }

        return chosen;
    }
}
