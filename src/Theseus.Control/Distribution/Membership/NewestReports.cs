using System.Collections.Concurrent;
using System.Threading.Channels;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>Passes reports on to one reader. Of each node the newest one waits, so that a slow reader holds nobody up. Thread-safe.</summary>
internal sealed class NewestReports
{
    private readonly ConcurrentDictionary<string, NodeReport> _newest = new(StringComparer.Ordinal);

    // A node's name stands in it once: whoever puts a report where there was none writes it.
    private readonly Channel<string> _waiting = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    /// <summary>Puts a report in, over an older one. One at a time.</summary>
    public void Put(NodeReport report)
    {
        var isFirst = false;
        _newest.AddOrUpdate(
            report.Node,
            _ =>
            {
                isFirst = true;
                return report;
            },
            (_, _) => report);
        if (isFirst)
        {
            _waiting.Writer.TryWrite(report.Node);
        }
    }

    public async IAsyncEnumerable<NodeReport> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var node in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_newest.TryRemove(node, out var report))
            {
                yield return report;
            }
        }
    }
}
