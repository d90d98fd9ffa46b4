using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>
/// The control plane's end of the way to the nodes, over RabbitMQ. It connects by itself, again and again, and nothing waits
/// for that: what cannot be sent meanwhile is dropped, since it is sent again. Thread-safe.
/// </summary>
public sealed class RabbitFleetChannel : IFleetChannel, IAssignmentChannel, IAsyncDisposable
{
    private readonly RabbitTopology _topology;

    // The broker stops to read from who sends too much. On a connection of its own, since what frees it are acknowledgements.
    private readonly RabbitLink _sending;
    private readonly RabbitLink _reading;
    private readonly RabbitPublisher _publisher;
    private readonly RabbitOutbox _outbox;
    private readonly RabbitReader<AssignmentAnswers> _answers;

    /// <summary>Makes one, which begins to connect.</summary>
    /// <param name="options">How the broker is reached. Not to be changed afterwards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message has all that is wrong.</exception>
    public RabbitFleetChannel(RabbitOptions options, TimeProvider time, ILogger<RabbitFleetChannel> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfFaulty();
        _topology = new RabbitTopology(options);
        var declaring = new RabbitDeclaring(options, time, logger);
        _reading = new RabbitLink(options, "control plane, reading", (connection, given) => _topology.DeclareSharedAsync(connection, declaring, given), time, logger);
        _sending = new RabbitLink(options, "control plane, sending", (_, _) => Task.CompletedTask, time, logger);
        _publisher = new RabbitPublisher(_sending);
        _outbox = new RabbitOutbox(_publisher, time, logger);
        _answers = new RabbitReader<AssignmentAnswers>(_reading, _topology.Answers);
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Kind is NodeTaskKind.Join or NodeTaskKind.Leave)
        {
            await _outbox.SendOrDropAsync("", _topology.Names.Process(task.Node, task.Incarnation), () => [WireFormat.Write(task)], isKept: true, cancellationToken).ConfigureAwait(false);
        }

        // What is about the name is sent both ways: older nodes have no queue of their process, nor do those without the right to one.
        await _outbox.SendOrDropAsync("", _topology.Names.Tasks(task.Node), () => [WireFormat.Write(task)], isKept: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(AssignmentBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _outbox.SendOrDropAsync("", _topology.Names.Assignments(batch.Node), () => WireFormat.Write(batch), isKept: true, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NodeReport> ReadReportsAsync(CancellationToken cancellationToken) => new RabbitReader<NodeReport>(_reading, _topology.Reports()).ReadEachAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<AssignmentAnswers>> ReadAnswersAsync(CancellationToken cancellationToken) => _answers.ReadAsync(cancellationToken);

    /// <summary>Ends the connections and whoever reads; what was not acknowledged is read by others, or after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_sending.DisposeAsync().AsTask(), _reading.DisposeAsync().AsTask()).ConfigureAwait(false);
        await _publisher.DisposeAsync().ConfigureAwait(false);
    }
}
