using Theseus.Control.Audit;

namespace Theseus.Control.Distribution;

/// <summary>Which tasks of a list are wanted. Immutable.</summary>
/// <param name="Before">Only those with a lower number; null for the newest of all.</param>
/// <param name="Count">How many at most.</param>
public sealed record TaskFilter(long? Before, int Count)
{
    /// <summary>Only those in this state; null for all.</summary>
    public TaskState? State { get; init; }

    /// <summary>Only those of this kind; null for all.</summary>
    public string? Kind { get; init; }

    /// <summary>Only those whose newest attempt is this node's; null for all.</summary>
    public string? Node { get; init; }
}

/// <summary>Queued tasks of one kind that may be done in the same places. Immutable.</summary>
/// <param name="Name">Its name, by which lanes are in order.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Placement">The places; without a group, of which a lane may have many.</param>
public sealed record TaskLane(string Name, string Kind, TaskPlacement Placement);

/// <summary>Chooses what queued tasks are to become. Asked in this order, and from the beginning when the store has to begin anew.</summary>
public interface ITaskChooser
{
    /// <summary>Only lanes after this one are looked at; empty for from the first one on.</summary>
    string AfterLane { get; }

    /// <summary>How many lanes are looked at, at most.</summary>
    int MostLanes { get; }

    /// <summary>How many tasks are looked at, at most.</summary>
    int MostTasks { get; }

    /// <summary>Says how many tasks of each lane it would look at.</summary>
    /// <param name="assigned">How many assigned tasks each node has; those without any are left out.</param>
    /// <param name="lanes">The lanes that have queued tasks, by name.</param>
    IReadOnlyList<(string Lane, int Most)> Pick(IReadOnlyDictionary<string, int> assigned, IReadOnlyList<TaskLane> lanes);

    /// <summary>Makes of tasks what they are to become. Those that it leaves out stay as they are.</summary>
    /// <param name="tasks">Tasks that may be begun now: those of higher priority first, then the older ones first.</param>
    /// <param name="groups">How many assigned tasks of these tasks' groups each node has.</param>
    IReadOnlyList<DistributedTask> Choose(IReadOnlyList<DistributedTask> tasks, IReadOnlyList<GroupCount> groups);
}

/// <summary>How many assigned tasks of a group a node has.</summary>
/// <param name="Group">The group.</param>
/// <param name="Node">The node.</param>
/// <param name="Count">How many.</param>
public sealed record GroupCount(string Group, string Node, int Count);

/// <summary>How many assigned tasks a node's process has.</summary>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">The process; null for one that was not heard of.</param>
/// <param name="Count">How many.</param>
public sealed record AssignedCount(string Node, string? Incarnation, int Count);

/// <summary>How many tasks of a kind stand in a state, those that were removed after their end among them.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="State">The state.</param>
/// <param name="Count">How many.</param>
public sealed record TaskCount(string Kind, TaskState State, long Count);

/// <summary>
/// Keeps distributed tasks. A change is made only if the task is as it was when the change was made up: of several who would
/// change it, one does. Tasks are not put on the audit's record one by one; what operators order is. Thread-safe, and safe
/// for several control planes at once where the database is.
/// </summary>
public interface ITaskStore
{
    /// <summary>Adds tasks, all or none, and numbers them. One whose key is known is not added: the one that is there is given back in its place.</summary>
    /// <exception cref="TaskRefusedException">A key is known by another request.</exception>
    Task<IReadOnlyList<DistributedTask>> AddAsync(IReadOnlyList<DistributedTask> tasks, CancellationToken cancellationToken);

    /// <summary>The tasks that are known by the keys of requests, in no order; those that there are.</summary>
    /// <exception cref="TaskRefusedException">A key is known by another request.</exception>
    Task<IReadOnlyList<DistributedTask>> FindByKeyAsync(IReadOnlyList<TaskRequest> requests, CancellationToken cancellationToken);

    /// <summary>Changes queued tasks while nobody else does so by this way: what is counted stays as it is meanwhile.</summary>
    /// <returns>The tasks that were changed, as they are now.</returns>
    Task<IReadOnlyList<DistributedTask>> ClaimAsync(ITaskChooser chooser, CancellationToken cancellationToken);

    /// <summary>Changes tasks, each one if its revision is the one before the given one's; at once.</summary>
    /// <param name="tasks">The tasks as they are to be.</param>
    /// <param name="entry">What is put on record with it; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The ids of those that were changed.</returns>
    Task<IReadOnlySet<string>> UpdateAsync(IReadOnlyList<DistributedTask> tasks, AuditEntry? entry, CancellationToken cancellationToken);

    /// <summary>The tasks of some ids, in no order; those that there are.</summary>
    Task<IReadOnlyList<DistributedTask>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The newest tasks, the newest first.</summary>
    Task<IReadOnlyList<DistributedTask>> ReadNewestAsync(TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>Tasks whose <see cref="DistributedTask.LookAt"/> has come, the one that has waited longest first.</summary>
    Task<IReadOnlyList<DistributedTask>> ReadDueAsync(DateTimeOffset now, int count, CancellationToken cancellationToken);

    /// <summary>How many assigned tasks each process of a node has.</summary>
    Task<IReadOnlyList<AssignedCount>> CountAssignedAsync(CancellationToken cancellationToken);

    /// <summary>Assigned tasks of one process of a node.</summary>
    Task<IReadOnlyList<DistributedTask>> ReadAssignedAsync(string node, string? incarnation, int count, CancellationToken cancellationToken);

    /// <summary>The lanes of queued tasks, by name.</summary>
    Task<IReadOnlyList<TaskLane>> ReadLanesAsync(string after, int count, CancellationToken cancellationToken);

    /// <summary>Queued tasks of a lane.</summary>
    Task<IReadOnlyList<DistributedTask>> ReadQueuedAsync(string lane, int count, CancellationToken cancellationToken);

    /// <summary>How many tasks of each kind stand in each state.</summary>
    Task<IReadOnlyList<TaskCount>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Removes tasks that have ended: those that ended before a time, and the oldest ones beyond a number. They stay counted.</summary>
    /// <param name="endedBefore">The time.</param>
    /// <param name="keep">How many are kept.</param>
    /// <param name="count">How many are removed at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were removed.</returns>
    Task<int> TrimAsync(DateTimeOffset endedBefore, long keep, int count, CancellationToken cancellationToken);
}
