using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>The control plane's end of the way to the nodes, over RabbitMQ. Connects by itself, again and again; nothing waits for that. Thread-safe.</summary>
public sealed class RabbitFleetChannel : IFleetChannel, IAsyncDisposable
{
    private readonly RabbitOptions _options;
    private readonly RabbitNames _names;
    private readonly ILogger _logger;
    private readonly Occasionally _setAside;
    private readonly Channel<NodeReport> _reports;
    private readonly RabbitLink _link;

    /// <summary>Makes one.</summary>
    /// <param name="options">How the broker is reached.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message has all that is wrong.</exception>
    public RabbitFleetChannel(RabbitOptions options, TimeProvider time, ILogger<RabbitFleetChannel> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _names, _logger, _setAside) = (options, new RabbitNames(options.Prefix), logger, new Occasionally(time));
        _reports = Channel.CreateBounded<NodeReport>(new BoundedChannelOptions(options.ReportQueueLength) { FullMode = BoundedChannelFullMode.DropOldest });
        _link = new RabbitLink(options, "control plane", SetUpAsync, time, logger);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _link.SendAsync("", _names.Tasks(task.Node), WireFormat.Write(task), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NodeReport> ReadReportsAsync(CancellationToken cancellationToken) => _reports.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task SetUpAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(_names.Reports, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        var queue = $"{_names.Reports}.{Guid.NewGuid():n}";
        await channel.QueueDeclareAsync(
            queue, durable: false, exclusive: true, autoDelete: true, new Dictionary<string, object?> { ["x-max-length"] = _options.ReportQueueLength, ["x-overflow"] = "drop-head" }, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(queue, _names.Reports, "", cancellationToken: cancellationToken).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            Take(message, queue);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken).ConfigureAwait(false);
    }

    private void Take(BasicDeliverEventArgs message, string queue)
    {
        try
        {
            var report = WireFormat.ReadNodeReport(message.BasicProperties.Type, message.Body.Span);
            if (_options.RequireNodeUser && message.BasicProperties.UserId != report.Node)
            {
                _setAside.Note(count => _logger.SetAside(count, queue, $"a report of the node '{report.Node}' came from the user '{message.BasicProperties.UserId}'."));
                return;
            }

            _reports.Writer.TryWrite(report);
        }
        catch (WireFormatException fault)
        {
            _setAside.Note(count => _logger.SetAside(count, queue, fault.Message));
        }
    }
}
