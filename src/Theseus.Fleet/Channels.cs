namespace Theseus.Fleet;

/// <summary>
/// The control plane's end of the way to the nodes. Delivery is at most a good try: messages may be lost, doubled, late
/// and out of order. Thread-safe.
/// </summary>
public interface IFleetChannel
{
    /// <summary>Sends a task to its node. Returns when it is on its way, and does not fail when the node is away.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken);

    /// <summary>The nodes' reports as they come; older ones of a node may be left out when there are newer ones. For one reader.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<NodeReport> ReadReportsAsync(CancellationToken cancellationToken);
}

/// <summary>A node's end of the way to the control plane. Thread-safe.</summary>
public interface INodeChannel
{
    /// <summary>Sends a report. Returns when it is on its way; fails never, for the next report makes good for it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken);

    /// <summary>
    /// The tasks for this node as they come, and what is for the process alone that reports here (<see cref="NodeTask.Incarnation"/>).
    /// For one reader.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<NodeTask> ReadTasksAsync(CancellationToken cancellationToken);
}
