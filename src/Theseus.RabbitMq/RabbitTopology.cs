using RabbitMQ.Client;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>
/// The queues and exchanges of a fleet. Tasks go to their queues by name, with no exchange of ours between: a node that may
/// bind its queue to one could have what is for others. Thread-safe.
/// </summary>
internal sealed class RabbitTopology(RabbitOptions options)
{
    // Nobody waits for a report that is older: the next is there.
    private static readonly TimeSpan s_reportTtl = TimeSpan.FromMinutes(1);

    // A process that was told nothing for so long asks again by its reports.
    private static readonly TimeSpan s_processExpiry = TimeSpan.FromMinutes(5);

    // However long messages are, a queue's share of the broker's memory and disk is bounded.
    private const long QueueBytes = 64L << 20;

    private readonly RabbitNames _names = new(options.Prefix);

    public RabbitNames Names => _names;

    /// <summary>A node's tasks.</summary>
    public RabbitQueue<NodeTask> Tasks(string node) => NodeQueue(_names.Tasks(node), (type, body) => For(node, type, WireFormat.ReadNodeTask(type, body), task => task.Node), options.NodeQueueExpiry);

    /// <summary>
    /// What is for one process alone: whether the node's name is its own. Of two processes with one name either may get what
    /// is in the node's queue, and would pass over what the other has to know.
    /// </summary>
    public RabbitQueue<NodeTask> Process(string node, string incarnation) =>
        NodeQueue(_names.Process(node, incarnation), (type, body) => For(node, type, WireFormat.ReadNodeTask(type, body), task => task.Node), s_processExpiry);

    /// <summary>A node's assignments.</summary>
    public RabbitQueue<AssignmentBatch> Assignments(string node) => NodeQueue(_names.Assignments(node), (type, body) => For(node, type, WireFormat.ReadAssignments(type, body), batch => batch.Node), options.NodeQueueExpiry);

    /// <summary>The nodes' answers, which all control planes share.</summary>
    public RabbitQueue<AssignmentAnswers> Answers => new(_names.Answers, DeclareAnswersAsync, WireFormat.ReadAnswers, answers => answers.Node);

    /// <summary>A copy of all reports, for one reader.</summary>
    public RabbitQueue<NodeReport> Reports()
    {
        var queue = $"{_names.Reports}.{Guid.NewGuid():n}";
        return new RabbitQueue<NodeReport>(queue, DeclareAsync, WireFormat.ReadNodeReport, report => report.Node);

        async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
        {
            await channel.ExchangeDeclareAsync(_names.Reports, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, Bounded(options.ReportQueueLength, s_reportTtl), cancellationToken: cancellationToken).ConfigureAwait(false);
            await channel.QueueBindAsync(queue, _names.Reports, "", cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Declares what a control plane's are to be: where nodes report and answer to, and where goes what cannot be taken.</summary>
    public async Task DeclareSharedAsync(IConnection connection, RabbitDeclaring declaring, CancellationToken cancellationToken)
    {
        await declaring.DeclareAsync(connection, _names.SetAside, DeclareSetAsideAsync, cancellationToken).ConfigureAwait(false);
        await declaring.DeclareAsync(connection, _names.Answers, DeclareAnswersAsync, cancellationToken).ConfigureAwait(false);
        await declaring.DeclareAsync(
            connection, _names.Reports, (channel, given) => channel.ExchangeDeclareAsync(_names.Reports, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: given), cancellationToken).ConfigureAwait(false);
    }

    private RabbitQueue<T> NodeQueue<T>(string name, RabbitRead<T> read, TimeSpan expiry)
    {
        var arguments = Bounded(options.NodeQueueLength, options.NodeMessageTtl);
        arguments["x-expires"] = (long)expiry.TotalMilliseconds;
        return new RabbitQueue<T>(
            name, (channel, cancellationToken) => channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken), read, NewestFirst: true);
    }

    /// <summary>A message in a node's queue, which has to be for that node.</summary>
    private static T For<T>(string node, string? type, T message, Func<T, string> addressee) =>
        addressee(message) == node ? message : throw new WireFormatException(type, [$"It is for the node '{addressee(message)}', and lies in a queue of '{node}'."]);

    private async Task DeclareAnswersAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-max-length"] = options.AnswerQueueLength,
            ["x-overflow"] = "reject-publish",
            ["x-dead-letter-exchange"] = _names.SetAside,
        };
        await channel.ExchangeDeclareAsync(_names.Answers, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueDeclareAsync(_names.Answers, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(_names.Answers, _names.Answers, "", cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private async Task DeclareSetAsideAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var arguments = new Dictionary<string, object?> { ["x-max-length"] = options.SetAsideLength, ["x-max-length-bytes"] = QueueBytes, ["x-overflow"] = "drop-head" };
        await channel.ExchangeDeclareAsync(_names.SetAside, ExchangeType.Headers, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueDeclareAsync(_names.SetAside, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
        // A queue's exchange for dead letters gets also what grew too old or too much. Only what a reader rejected is kept.
        var rejected = new Dictionary<string, object?> { ["x-match"] = "all-with-x", ["x-first-death-reason"] = "rejected" };
        await channel.QueueBindAsync(_names.SetAside, _names.SetAside, "", rejected, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private Dictionary<string, object?> Bounded(int length, TimeSpan ttl) => new()
    {
        ["x-max-length"] = length,
        ["x-max-length-bytes"] = QueueBytes,
        ["x-overflow"] = "drop-head",
        ["x-message-ttl"] = (long)ttl.TotalMilliseconds,
        ["x-dead-letter-exchange"] = _names.SetAside,
    };
}
