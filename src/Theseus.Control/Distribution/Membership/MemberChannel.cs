using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>The way to the nodes for whoever has nothing to do with who they are. Thread-safe.</summary>
internal sealed class MemberChannel(FleetMembership members, IFleetChannel channel, NewestReports accepted) : IFleetChannel
{
    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return channel.SendAsync(task.Incarnation.Length == 0 && members.Find(task.Node) is { } node ? task with { Incarnation = node.Incarnation } : task, cancellationToken);
    }

    public IAsyncEnumerable<NodeReport> ReadReportsAsync(CancellationToken cancellationToken) => accepted.ReadAsync(cancellationToken);
}
