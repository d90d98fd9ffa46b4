using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>
/// The steps that move tasks on, each by itself: give what waits to nodes, take answers in, look for what is due. Any
/// control plane may take any step at any time, and may be killed in it: what counts is what the store has, and the next
/// step goes on from there. Thread-safe, but for <see cref="PlaceAsync"/>, which one loop calls.
/// </summary>
internal sealed class TaskRounds(ITaskStore store, IAssignmentChannel channel, INodeDirectory nodes, TaskDistributorOptions options, TimeProvider time, Random random)
{
    private const int AtOnce = 1_000;

    // How many there are is counted for each: more at once, so that it is not counted as often.
    private const int TrimmedAtOnce = 10_000;
    private string _afterLane = "";

    /// <summary>Gives queued tasks to nodes that are free, and sends them.</summary>
    /// <returns>Whether there may be more that could be given.</returns>
    public async Task<bool> PlaceAsync(CancellationToken cancellationToken)
    {
        var chooser = new TaskChooser(nodes.Nodes, _afterLane, options, time.GetUtcNow());
        if (!chooser.HasNodes)
        {
            return false;
        }

        var given = await store.ClaimAsync(chooser, cancellationToken).ConfigureAwait(false);
        _afterLane = chooser.NextLane;
        await SendAsync(given, cancellationToken).ConfigureAwait(false);
        return given.Count > 0 || _afterLane.Length > 0;
    }

    /// <summary>Stores what nodes answered, in one transaction.</summary>
    public async Task TakeAsync(IReadOnlyList<AssignmentAnswers> read, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, (string Node, AssignmentAnswer Answer)>(StringComparer.Ordinal);
        foreach (var one in read)
        {
            foreach (var answer in one.Answers)
            {
                // Of several to one task the newest attempt's counts, and of that the first.
                if (!answers.TryGetValue(answer.Attempt.Task, out var other) || other.Answer.Attempt.Attempt < answer.Attempt.Attempt)
                {
                    answers[answer.Attempt.Task] = (one.Node, answer);
                }
            }
        }

        var now = time.GetUtcNow();
        var known = await store.FindAsync(answers.Keys, cancellationToken).ConfigureAwait(false);
        var next = known.Select(task => TaskTurns.Answered(task, answers[task.Id].Node, answers[task.Id].Answer, now, random)).OfType<DistributedTask>().ToList();
        if (next.Count > 0)
        {
            await store.UpdateAsync(next, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks for what is due by the clock: attempts that nobody answered, tasks whose time is over, nodes that have to be told again.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await store.ReadDueAsync(now, AtOnce, cancellationToken).ConfigureAwait(false);
        var (next, told) = (new List<DistributedTask>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var task in due)
        {
            if (TaskTurns.Due(task, now, random, out var tells) is { } changed)
            {
                next.Add(changed);
                if (tells)
                {
                    told.Add(task.Id);
                }
            }
        }

        if (next.Count == 0)
        {
            return false;
        }

        var changedNow = await store.UpdateAsync(next, null, cancellationToken).ConfigureAwait(false);
        await SendAsync([.. next.Where(task => told.Contains(task.Id) && changedNow.Contains(task.Id))], cancellationToken).ConfigureAwait(false);
        return due.Count == AtOnce;
    }

    /// <summary>Takes tasks back from nodes that are gone, and ends those that nobody is left for.</summary>
    public async Task LeaveLostAsync(CancellationToken cancellationToken)
    {
        foreach (var (node, incarnation, _) in await store.CountAssignedAsync(cancellationToken).ConfigureAwait(false))
        {
            if (nodes.Find(node) is { } status && MayBeGone(status, incarnation))
            {
                await TakeBackAsync(status, incarnation, cancellationToken).ConfigureAwait(false);
            }
        }

        for (var after = ""; after is not null;)
        {
            var lanes = await store.ReadLanesAsync(after, AtOnce, cancellationToken).ConfigureAwait(false);
            foreach (var lane in lanes.Where(lane => lane.Placement is { Nodes.Count: > 0, WhenGone: WhenNodesAreGone.End }))
            {
                if (lane.Placement.Nodes.All(name => nodes.Find(name)?.State is NodeState.Lost or NodeState.Left))
                {
                    await EndLaneAsync(lane, cancellationToken).ConfigureAwait(false);
                }
            }

            after = lanes.Count == AtOnce ? lanes[^1].Name : null;
        }
    }

    /// <summary>Removes tasks that ended long ago, or of which there are too many.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> TrimAsync(CancellationToken cancellationToken) =>
        await store.TrimAsync(time.GetUtcNow() - options.KeepFor, options.KeepMost, TrimmedAtOnce, cancellationToken).ConfigureAwait(false) >= TrimmedAtOnce;

    /// <summary>Sends each node what it has to be told of tasks, many at once.</summary>
    public async Task SendAsync(IReadOnlyList<DistributedTask> tasks, CancellationToken cancellationToken)
    {
        foreach (var ofNode in tasks.GroupBy(task => task.Node!, StringComparer.Ordinal))
        {
            foreach (var part in ofNode.Chunk(AssignmentBatch.Most))
            {
                var batch = new AssignmentBatch
                {
                    Node = ofNode.Key,
                    Assigned = [.. part.Where(task => task.State == TaskState.Assigned).Select(AssignmentOf)],
                    Cancelled = [.. part.Where(task => task.State == TaskState.Cancelled).Select(task => new AttemptId(task.Id, task.Attempt))],
                };
                await channel.SendAsync(batch, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Assignment AssignmentOf(DistributedTask task) => new()
    {
        Task = task.Id,
        Attempt = task.Attempt,
        Kind = task.Request.Kind,
        Payload = task.Request.Payload,
        Priority = task.Request.Priority,
        Deadline = task.Request.Deadline,
    };

    // Another process answers for what it was given itself; of one that was never heard of nothing is known.
    private static bool MayBeGone(NodeStatus status, string? incarnation) =>
        status.State is NodeState.Lost or NodeState.Left || (incarnation is not null && status.Report is { } report && report.Incarnation != incarnation);

    private static bool IsGone(NodeStatus status, DistributedTask task) =>
        status.State is NodeState.Lost or NodeState.Left || (task.IncarnationStartedAt is { } started && status.Report is { } report && report.StartedAt > started);

    private async Task TakeBackAsync(NodeStatus status, string? incarnation, CancellationToken cancellationToken)
    {
        var isRestarted = status.State is not (NodeState.Lost or NodeState.Left);
        var why = status.State switch
        {
            NodeState.Lost => $"Node '{status.Name}' is lost.",
            NodeState.Left => $"Node '{status.Name}' has left.",
            _ => $"Node '{status.Name}' was started anew.",
        };
        while (true)
        {
            var now = time.GetUtcNow();
            var tasks = await store.ReadAssignedAsync(status.Name, incarnation, AtOnce, cancellationToken).ConfigureAwait(false);
            // A node that ends in good order, or only looks lost for a moment to this control plane, is no sign against the task.
            var next = tasks.Where(task => IsGone(status, task)).Select(task => TaskTurns.Lost(task, now, isRestarted, options.LostCountsAsFailure && status.State != NodeState.Left, why)).ToList();
            if (next.Count == 0 || (await store.UpdateAsync(next, null, cancellationToken).ConfigureAwait(false)).Count == 0 || tasks.Count < AtOnce)
            {
                return;
            }
        }
    }

    private async Task EndLaneAsync(TaskLane lane, CancellationToken cancellationToken)
    {
        var why = $"{(lane.Placement.Nodes.Count == 1 ? $"Node '{lane.Placement.Nodes[0]}' is gone" : $"The nodes {string.Join(", ", lane.Placement.Nodes.Select(name => $"'{name}'"))} are gone")}, and nobody else could do the task.";
        while (true)
        {
            var now = time.GetUtcNow();
            var tasks = await store.ReadQueuedAsync(lane.Name, AtOnce, cancellationToken).ConfigureAwait(false);
            if (tasks.Count == 0 || (await store.UpdateAsync([.. tasks.Select(task => TaskTurns.NobodyLeft(task, now, why))], null, cancellationToken).ConfigureAwait(false)).Count == 0)
            {
                return;
            }
        }
    }
}
