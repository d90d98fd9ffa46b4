using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Theseus.Fleet;

/// <summary>
/// The way between a control plane and nodes that live in one process. Nothing is copied: messages are immutable. Bounded:
/// of a node that does not read, the oldest tasks are dropped, and of each node the newest report is kept. Thread-safe.
/// </summary>
public sealed class InProcessChannel : IFleetChannel
{
    private const int TasksKept = 1024;

    private readonly ConcurrentDictionary<string, Channel<NodeTask>> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, NodeReport> _newest = new(StringComparer.Ordinal);

    // The names of nodes with a report that has not been read. A node stands in it once: whoever puts its report where
    // there was none writes the name, and the reader takes the report after the name.
    private readonly Channel<string> _waiting = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    /// <summary>A node's end. Asking again for the same name gives an end that takes over from the earlier one.</summary>
    /// <param name="node">The node's name.</param>
    public INodeChannel Connect(string node)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        var tasks = Channel.CreateBounded<NodeTask>(new BoundedChannelOptions(TasksKept) { FullMode = BoundedChannelFullMode.DropOldest });
        _nodes[node] = tasks;
        return new NodeEnd(this, tasks.Reader);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (_nodes.TryGetValue(task.Node, out var tasks))
        {
            tasks.Writer.TryWrite(task);
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

    private void Put(NodeReport report)
    {
        while (true)
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

    private sealed class NodeEnd(InProcessChannel channel, ChannelReader<NodeTask> tasks) : INodeChannel
    {
        public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(report);
            channel.Put(report);
            return ValueTask.CompletedTask;
        }

        public IAsyncEnumerable<NodeTask> ReadTasksAsync(CancellationToken cancellationToken) => tasks.ReadAllAsync(cancellationToken);
    }
}
