using Theseus.Control.Audit;
using Theseus.Control.Distribution;

namespace Theseus.Simulation.Tests.Tasks;

/// <summary>A store whose every change is looked at: what may follow what, and that an end is one.</summary>
internal sealed class WatchedStore(ITaskStore store) : ITaskStore
{
    private readonly Dictionary<string, DistributedTask> _seen = [];

    public IReadOnlyCollection<DistributedTask> Tasks => _seen.Values;

    public DistributedTask Find(string id) => _seen[id];

    public async Task<IReadOnlyList<DistributedTask>> AddAsync(IReadOnlyList<DistributedTask> tasks, CancellationToken cancellationToken)
    {
        var added = await store.AddAsync(tasks, cancellationToken);
        foreach (var task in added)
        {
            _seen.Add(task.Id, task);
        }

        return added;
    }

    public Task<IReadOnlyList<DistributedTask>> FindByKeyAsync(IReadOnlyList<TaskRequest> requests, CancellationToken cancellationToken) => store.FindByKeyAsync(requests, cancellationToken);

    public async Task<IReadOnlyList<DistributedTask>> ClaimAsync(ITaskChooser chooser, CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimAsync(chooser, cancellationToken);
        foreach (var task in claimed)
        {
            Watch(task);
        }

        return claimed;
    }

    public async Task<IReadOnlySet<string>> UpdateAsync(IReadOnlyList<DistributedTask> tasks, AuditEntry? entry, CancellationToken cancellationToken)
    {
        var changed = await store.UpdateAsync(tasks, entry, cancellationToken);
        foreach (var task in tasks.Where(task => changed.Contains(task.Id)))
        {
            Watch(task);
        }

        return changed;
    }

    public Task<IReadOnlyList<DistributedTask>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => store.FindAsync(ids, cancellationToken);

    public Task<IReadOnlyList<DistributedTask>> ReadNewestAsync(TaskFilter filter, CancellationToken cancellationToken) => store.ReadNewestAsync(filter, cancellationToken);

    public Task<IReadOnlyList<DistributedTask>> ReadDueAsync(DateTimeOffset now, int count, CancellationToken cancellationToken) => store.ReadDueAsync(now, count, cancellationToken);

    public Task<IReadOnlyList<AssignedCount>> CountAssignedAsync(CancellationToken cancellationToken) => store.CountAssignedAsync(cancellationToken);

    public Task<IReadOnlyList<DistributedTask>> ReadAssignedAsync(string node, string? incarnation, int count, CancellationToken cancellationToken) => store.ReadAssignedAsync(node, incarnation, count, cancellationToken);

    public Task<IReadOnlyList<TaskLane>> ReadLanesAsync(string after, int count, CancellationToken cancellationToken) => store.ReadLanesAsync(after, count, cancellationToken);

    public Task<IReadOnlyList<DistributedTask>> ReadQueuedAsync(string lane, int count, CancellationToken cancellationToken) => store.ReadQueuedAsync(lane, count, cancellationToken);

    public Task<IReadOnlyList<TaskCount>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public Task<int> TrimAsync(DateTimeOffset endedBefore, long keep, int count, CancellationToken cancellationToken) => store.TrimAsync(endedBefore, keep, count, cancellationToken);

    private void Watch(DistributedTask task)
    {
        var before = _seen[task.Id];
        Assert.Equal(before.Revision + 1, task.Revision);
        Assert.True(task.Attempt >= before.Attempt, $"Task {task.Id}: attempt {task.Attempt} came after {before.Attempt}.");
        Assert.True(
            task.State == before.State || (!before.HasEnded && TaskTurns.Table[before.State].Contains(task.State)),
            $"Task {task.Id}: {task.State} came after {before.State}.");
        _seen[task.Id] = task;
    }
}
