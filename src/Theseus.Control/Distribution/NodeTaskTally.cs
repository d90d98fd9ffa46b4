using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>
/// Counts what upgrades have nodes do: a node task is one kind of task, and its statistics stand beside the others'. Counts
/// each node task once, however often it is told and reported. Thread-safe.
/// </summary>
public sealed class NodeTaskTally
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<NodeTaskKind, NodeTaskCount> _counts = [];
    private readonly Dictionary<(string Task, string Node), NodeTaskKind> _open = [];

    /// <summary>What was counted, by kind.</summary>
    public IReadOnlyList<NodeTaskCount> Counts
    {
        get
        {
            lock (_lock)
            {
                return [.. _counts.Values];
            }
        }
    }

    internal void NoteSent(NodeTask task)
    {
        lock (_lock)
        {
            if (_open.TryAdd((task.Id, task.Node), task.Kind))
            {
                Change_NeedsLock(task.Kind, count => count with { Sent = count.Sent + 1 });
            }
        }
    }

    internal void NoteReport(NodeReport report)
    {
        lock (_lock)
        {
            foreach (var result in report.Components.SelectMany(component => component.Results))
            {
                if (_open.Remove((result.Task, report.Node), out var kind))
                {
                    Change_NeedsLock(kind, count => result.Outcome == NodeTaskOutcome.Done ? count with { Done = count.Done + 1 } : count with { Failed = count.Failed + 1 });
                }
            }
        }
    }

    /// <summary>No more is heard of what an upgrade sent: it took a turn, or ended.</summary>
    internal void Forget(string upgrade)
    {
        lock (_lock)
        {
            foreach (var key in _open.Keys.Where(key => key.Task.StartsWith(upgrade + "/", StringComparison.Ordinal)).ToList())
            {
                _open.Remove(key);
            }
        }
    }

    private void Change_NeedsLock(NodeTaskKind kind, Func<NodeTaskCount, NodeTaskCount> change) =>
        _counts[kind] = change(_counts.GetValueOrDefault(kind) ?? new NodeTaskCount(kind.ToString(), 0, 0, 0));
}
