using Microsoft.Extensions.Logging;
using Theseus.Control.Audit;

namespace Theseus.Control.Distribution;

/// <summary>
/// Has nodes do tasks: chooses a node for each, gives it the task, and again to another when that fails or the node is lost,
/// until it is done, or is a dead letter. A task is carried out at least once: an attempt whose answer was lost is followed
/// by another. Works as long as <see cref="RunAsync"/> runs. Thread-safe.
/// </summary>
/// <remarks>What counts is in the store: when <see cref="DistributeAsync(TaskRequest, CancellationToken)"/> returns, the task is there, whatever becomes of
/// this process; every control plane on the same database goes on with it.</remarks>
public sealed partial class TaskDistributor
{
    private const int MostAtOnce = 10_000;
    private static readonly TimeSpan s_trimEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly ITaskStore _store;
    private readonly TaskFleet _fleet;
    private readonly TaskDistributorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskRounds _rounds;
    private readonly NodeTaskTally _nodeTasks;
    private readonly Pulse _changed = new();

    // When it is trimmed next. Of one loop.
    private DateTimeOffset _trimAt;

    // One token each says that there is something to do; more say nothing more.
    private readonly WakeUp _toPlace;
    private readonly WakeUp _toLook;

    /// <summary>Makes a distributor.</summary>
    /// <param name="store">Where tasks are kept.</param>
    /// <param name="fleet">The nodes, and the way to them.</param>
    /// <param name="nodeTasks">What upgrades have nodes do.</param>
    /// <param name="options">How tasks are distributed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    public TaskDistributor(
        ITaskStore store, TaskFleet fleet, NodeTaskTally nodeTasks, TaskDistributorOptions options, TimeProvider time, ILogger<TaskDistributor> logger)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        (_store, _fleet, _nodeTasks, _options, _time, _logger) = (store, fleet, nodeTasks, options, time, logger);
        _rounds = new TaskRounds(store, fleet.Channel, fleet.Nodes, options, time, Random.Shared);
        (_toPlace, _toLook) = (new WakeUp(time), new WakeUp(time));
    }

    /// <summary>The nodes of the fleet, by name, and their status.</summary>
    public IReadOnlyList<NodeStatus> Nodes => _fleet.Nodes.Nodes;

    /// <summary>Declares a node before it is heard of.</summary>
    /// <inheritdoc cref="INodeRegistration.AddAsync"/>
    public Task<NodeStatus> AddNodeAsync(
        string name, string failureDomain, IReadOnlyDictionary<string, string> labels, string who, string why, CancellationToken cancellationToken) =>
        _fleet.Registration.AddAsync(name, failureDomain, labels, who, why, cancellationToken);

    /// <summary>Has a task done.</summary>
    /// <inheritdoc cref="DistributeAsync(IReadOnlyList{TaskRequest}, CancellationToken)"/>
    /// <param name="request">What is to be done.</param>
    /// <param name="cancellationToken">Gives up. The task may be there then or not; ask again with the same key.</param>
    /// <returns>The task as it is stored; one from before, when the key is known.</returns>
    public async Task<DistributedTask> DistributeAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await DistributeAsync([request], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Has tasks done: all of them are taken on, or none.</summary>
    /// <param name="requests">What is to be done; 1 to 10,000.</param>
    /// <param name="cancellationToken">Gives up. The tasks may be there then or not; ask again with the same keys.</param>
    /// <returns>The tasks as they are stored, in the order of the requests; those from before, where the key is known.</returns>
    /// <exception cref="TaskRefusedException">A request has faults, nobody could do a task, or a key is another request's; the message says which and what to do.</exception>
    public async Task<IReadOnlyList<DistributedTask>> DistributeAsync(IReadOnlyList<TaskRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ThrowIfFaulty(requests);
        try
        {
            TaskAdmission.ThrowIfNobodyCould(requests, _fleet.Nodes.Nodes);
        }
        catch (TaskRefusedException) when (requests.All(request => request.Key is not null))
        {
            // Whoever asks again is answered as before, also when the nodes are gone meanwhile.
            var known = (await _store.FindByKeyAsync(requests, cancellationToken).ConfigureAwait(false)).ToDictionary(task => (task.Request.RequestedBy, task.Request.Key, task.Request.Part));
            if (known.Count == requests.Count)
            {
                return [.. requests.Select(request => known[(request.RequestedBy, request.Key, request.Part)])];
            }

            throw;
        }

        var now = _time.GetUtcNow();
        var tasks = await _store.AddAsync(
            [.. requests.Select(request => new DistributedTask { Id = Guid.CreateVersion7(now).ToString("n"), Request = request, RequestedAt = now, ExpiresAt = now + request.ExpiresAfter })], cancellationToken).ConfigureAwait(false);
        _toPlace.Wake();
        return tasks;
    }

    /// <summary>A task; null when there is none of that id, or it was removed long after its end.</summary>
    public async Task<DistributedTask?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await _store.FindAsync([id], cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The newest tasks, the newest first.</summary>
    public Task<IReadOnlyList<DistributedTask>> ReadNewestAsync(TaskFilter filter, CancellationToken cancellationToken) => _store.ReadNewestAsync(filter, cancellationToken);

    /// <summary>Waits until a task has ended.</summary>
    /// <param name="id">The task.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TaskRefusedException">There is no such task.</exception>
    public async Task<DistributedTask> WaitForEndAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            // What another control plane stores is seen at the next look alone.
            var timeOut = Task.Delay(_options.LookEvery, _time, until.Token);
            var ended = _changed.WaitForAsync(
                async token => await FindAsync(id, token).ConfigureAwait(false) ?? throw Unknown(id), task => task.HasEnded, until.Token);
            var first = await Task.WhenAny(ended, timeOut).ConfigureAwait(false);
            await until.CancelAsync().ConfigureAwait(false);
            if (first == ended)
            {
                return await ended.ConfigureAwait(false);
            }

            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends a task that is not wanted any more. The node that has it is told to give it up.</summary>
    /// <param name="id">The task.</param>
    /// <param name="who">Who cancels it.</param>
    /// <param name="why">Why, for the record; empty for nothing to say.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TaskRefusedException">There is no such task, or it has ended.</exception>
    public async Task<DistributedTask> CancelAsync(string id, string who, string why, CancellationToken cancellationToken)
    {
        var cancelled = await OrderAsync(id, who, why, (task, now) => TaskTurns.Cancelled(task, now, who, why), task => $"The task {id} has ended: {task.State}.", cancellationToken).ConfigureAwait(false);
        if (cancelled.TellAgainAt is not null)
        {
            await _rounds.SendAsync([cancelled], cancellationToken).ConfigureAwait(false);
        }

        _changed.Beat();
        return cancelled;
    }

    /// <summary>Has a dead letter tried anew, as if it had never been tried.</summary>
    /// <param name="id">The task.</param>
    /// <param name="who">Who wants it.</param>
    /// <param name="why">Why, for the record; empty for nothing to say.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TaskRefusedException">There is no such task, or it is no dead letter.</exception>
    public async Task<DistributedTask> RequeueAsync(string id, string who, string why, CancellationToken cancellationToken)
    {
        var queued = await OrderAsync(id, who, why, (task, now) => TaskTurns.Requeued(task, now, who), task => $"The task {id} is no dead letter: {task.State}.", cancellationToken).ConfigureAwait(false);
        _toPlace.Wake();
        return queued;
    }

    /// <summary>How many tasks there were, where they stand, and who has them.</summary>
    public async Task<TaskStatistics> GetStatisticsAsync(CancellationToken cancellationToken)
    {
        var counts = await _store.CountAsync(cancellationToken).ConfigureAwait(false);
        var assigned = (await _store.CountAssignedAsync(cancellationToken).ConfigureAwait(false)).GroupBy(one => one.Node, StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Sum(part => part.Count), StringComparer.Ordinal);
        return new TaskStatistics
        {
            Total = counts.Sum(one => one.Count),
            ByState = Enum.GetValues<TaskState>().ToDictionary(state => state, state => counts.Where(one => one.State == state).Sum(one => one.Count)),
            ByKind = counts,
            Nodes = [.. _fleet.Nodes.Nodes.Select(node => new NodeLoad(node.Name, node.State, node.IsDraining, assigned.GetValueOrDefault(node.Name), Math.Min(node.Report?.TaskSlots ?? 0, _options.MostPerNode)))],
            NodeTasks = _nodeTasks.Counts,
        };
    }

    /// <summary>Distributes tasks until it is cancelled: those that are asked for, and those that others left.</summary>
    /// <param name="cancellationToken">Ends it. Tasks stay where they are; nodes go on with theirs, and answer whoever is there next.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _fleet.Nodes.Changed += OnNodeChanged;
        try
        {
            await Task.WhenAll(
                Task.Run(() => LoopAsync("given to nodes", _toPlace, PlaceAllAsync, cancellationToken), CancellationToken.None),
                Task.Run(() => LoopAsync("looked after", _toLook, LookAllAsync, cancellationToken), CancellationToken.None),
                Task.Run(() => ReadAnswersAsync(cancellationToken), CancellationToken.None)).ConfigureAwait(false);
        }
        finally
        {
            _fleet.Nodes.Changed -= OnNodeChanged;
        }
    }

    private static void ThrowIfFaulty(IReadOnlyList<TaskRequest> requests)
    {
        if (requests.Count is 0 or > MostAtOnce)
        {
            throw new TaskRefusedException(TaskRefusal.Invalid, $"There have to be 1 to {MostAtOnce} tasks at once, and there are {requests.Count}.");
        }

        var faults = requests.SelectMany((request, i) => TaskRules.Check(request, requests.Count > 1 ? $"tasks[{i}]" : "")).Take(100).ToList();
        if (requests.Where(request => request.Key is not null).GroupBy(request => (request.RequestedBy, request.Key, request.Part)).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            faults.Add($"The key '{twice.Key.Key}' is given to more than one of these tasks.");
        }

        if (faults.Count > 0)
        {
            throw new TaskRefusedException(TaskRefusal.Invalid, string.Join(" ", faults)) { Faults = faults };
        }
    }

    private static TaskRefusedException Unknown(string id) => new(TaskRefusal.Unknown, $"There is no task {id}.");

    private void OnNodeChanged(NodeStatus node)
    {
        _toPlace.Wake();
        _toLook.Wake();
    }

    private async Task<DistributedTask> OrderAsync(
        string id, string who, string why, Func<DistributedTask, DateTimeOffset, DistributedTask?> order, Func<DistributedTask, string> refusal, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        while (true)
        {
            var now = _time.GetUtcNow();
            var task = await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Unknown(id);
            var next = order(task, now) ?? throw new TaskRefusedException(TaskRefusal.WrongState, refusal(task));
            var entry = new AuditEntry(now, who, $"task {id}", task.State.ToString(), next.State.ToString(), why, task.Detail);
            if ((await _store.UpdateAsync([next], entry, cancellationToken).ConfigureAwait(false)).Count > 0)
            {
                return next;
            }

            // It went on meanwhile; each time round it is a step further.
        }
    }

    private async Task<TimeSpan> PlaceAllAsync(CancellationToken cancellationToken)
    {
        while (await _rounds.PlaceAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return _options.LookEvery;
    }

    private async Task<TimeSpan> LookAllAsync(CancellationToken cancellationToken)
    {
        await _rounds.LeaveLostAsync(cancellationToken).ConfigureAwait(false);
        while (await _rounds.LookAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        if (_time.GetUtcNow() >= _trimAt)
        {
            _trimAt = _time.GetUtcNow() + s_trimEvery;
            while (await _rounds.TrimAsync(cancellationToken).ConfigureAwait(false))
            {
            }
        }

        _changed.Beat();
        _toPlace.Wake();
        return _options.LookEvery;
    }

    private async Task LoopAsync(string what, WakeUp wakeUp, Func<CancellationToken, Task<TimeSpan>> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = s_again;
            try
            {
                pause = await work(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary: what was not stored was not done, and is done at the next look.
                LogNotDone(_logger, what, failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await wakeUp.WaitAsync(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAnswersAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var read in _fleet.Channel.ReadAnswersAsync(cancellationToken).ConfigureAwait(false))
                {
                    await _rounds.TakeAsync(read, cancellationToken).ConfigureAwait(false);
                    _changed.Beat();
                    _toPlace.Wake();
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // What was read was not acknowledged, and comes again.
                LogNotDone(_logger, "taken answers for", failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(s_again, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(3101, LogLevel.Error, "Tasks could not be {What}; it is tried again")]
    private static partial void LogNotDone(ILogger logger, string what, Exception failure);
}
