using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Theseus.Fleet;

/// <summary>
/// The way between a control plane and nodes that live in one process. Nothing is copied: messages are immutable. Bounded:
/// of a node that does not read, the oldest tasks and assignments are dropped, and of each node the newest report is kept.
/// Whoever answers assignments waits while nobody reads the answers. Thread-safe.
/// </summary>
public sealed class InProcessChannel : IFleetChannel, IAssignmentChannel
{
    private const int TasksKept = 1024;
    private const int AnswersRead = 64;

    private readonly ConcurrentDictionary<string, NodeEnd> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, NodeReport> _newest = new(StringComparer.Ordinal);

    // The names of nodes with a report that has not been read. A node stands in it once: whoever puts its report where
    // there was none writes the name, and the reader takes the report after the name.
    private readonly Channel<string> _waiting = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    private readonly Channel<AssignmentAnswers> _answers = Channel.CreateBounded<AssignmentAnswers>(TasksKept);

    // What was read and not acknowledged, because its reader ended before it asked for more: the next reader gets it first.
    private readonly ConcurrentQueue<AssignmentAnswers> _returned = new();

    /// <summary>
    /// A node's end. Asking again for the same name gives an end that takes over from the earlier one: what is read at that
    /// one ends, and what it reports is not heard any more, so that its owner and the control plane agree on who has the name.
    /// </summary>
    /// <param name="node">The node's name.</param>
    public InProcessNodeChannel Connect(string node)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        var end = new NodeEnd(Bounded<NodeTask>(), Bounded<AssignmentBatch>());
        NodeEnd? earlier = null;
        _nodes.AddOrUpdate(node, end, (_, present) =>
        {
            earlier = present;
            return end;
        });
        earlier?.Tasks.Writer.TryComplete();
        earlier?.Assignments.Writer.TryComplete();
        return new InProcessNodeChannel(report => Put(report, node, end), _answers.Writer, end.Tasks.Reader, end.Assignments.Reader);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (_nodes.TryGetValue(task.Node, out var node))
        {
            node.Tasks.Writer.TryWrite(task);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<NodeReport> ReadReportsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var node in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_newest.TryRemove(node, out var report))
            {
                yield return report;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(AssignmentBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_nodes.TryGetValue(batch.Node, out var node))
        {
            node.Assignments.Writer.TryWrite(batch);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<AssignmentAnswers>> ReadAnswersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = new List<AssignmentAnswers>();
            while (read.Count < AnswersRead && _returned.TryDequeue(out var again))
            {
                read.Add(again);
            }

            if (read.Count == 0 && !await _answers.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield break;
            }

            while (read.Count < AnswersRead && _answers.Reader.TryRead(out var answers))
            {
                read.Add(answers);
            }

            var isAcknowledged = false;
            try
            {
                yield return read;
                isAcknowledged = true;
            }
            finally
            {
                if (!isAcknowledged)
                {
                    read.ForEach(_returned.Enqueue);
                }
            }
        }
    }

    private static Channel<T> Bounded<T>() => Channel.CreateBounded<T>(new BoundedChannelOptions(TasksKept) { FullMode = BoundedChannelFullMode.DropOldest });

    private void Put(NodeReport report, string node, NodeEnd end)
    {
        while (ReferenceEquals(_nodes.GetValueOrDefault(node), end))
        {
            if (_newest.TryAdd(report.Node, report))
            {
                _waiting.Writer.TryWrite(report.Node);
                return;
            }

            // One waits to be read: replace it, unless it is read at this moment. Then add anew.
            if (_newest.TryGetValue(report.Node, out var older) && _newest.TryUpdate(report.Node, report, older))
            {
                return;
            }
        }
    }

    private sealed record NodeEnd(Channel<NodeTask> Tasks, Channel<AssignmentBatch> Assignments);
}
