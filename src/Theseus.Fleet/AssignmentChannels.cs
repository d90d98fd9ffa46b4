namespace Theseus.Fleet;

/// <summary>
/// The control plane's end of the way that distributed tasks take, beside that of node tasks, so that neither waits behind
/// the other. What is sent may be lost, doubled, late and out of order. Thread-safe.
/// </summary>
public interface IAssignmentChannel
{
    /// <summary>Sends a node what it has to do. Returns when it is on its way, and does not fail when the node is away.</summary>
    /// <param name="batch">The assignments.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SendAsync(AssignmentBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// The nodes' answers, as many at once as have come. What was read is acknowledged when the next is asked for: store it
    /// before that. What was not acknowledged comes again, to whoever reads next. Each answer goes to one of several readers.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<IReadOnlyList<AssignmentAnswers>> ReadAnswersAsync(CancellationToken cancellationToken);
}

/// <summary>A node's end of the way that distributed tasks take. Thread-safe.</summary>
public interface INodeAssignmentChannel
{
    /// <summary>Sends answers. Returns when they are on their way.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChannelUnavailableException">They could not be sent now. Send them again later.</exception>
    ValueTask AnswerAsync(AssignmentAnswers answers, CancellationToken cancellationToken);

    /// <summary>The assignments for this node as they come. A batch is acknowledged when the next is asked for. For one reader.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<AssignmentBatch> ReadAssignmentsAsync(CancellationToken cancellationToken);
}

/// <summary>The way between nodes and the control plane cannot be used now: its server is away, or too busy. It may be later.</summary>
public sealed class ChannelUnavailableException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What is away, and what becomes of that.</param>
    /// <param name="inner">What was met; null for nothing more.</param>
    public ChannelUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
