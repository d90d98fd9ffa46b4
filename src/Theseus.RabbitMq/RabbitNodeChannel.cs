using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>A node's end of the way to the control planes, over RabbitMQ. Connects by itself, again and again; nothing waits for that. Thread-safe.</summary>
public sealed class RabbitNodeChannel : INodeChannel, IAsyncDisposable
{
    private const int TasksKept = 1024;

    private readonly RabbitOptions _options;
    private readonly RabbitNames _names;
    private readonly string _node;
    private readonly ILogger _logger;
    private readonly Occasionally _setAside;
    private readonly Channel<NodeTask> _tasks = Channel.CreateBounded<NodeTask>(new BoundedChannelOptions(TasksKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly RabbitLink _link;

    /// <summary>Makes one.</summary>
    /// <param name="options">How the broker is reached.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message has all that is wrong.</exception>
    public RabbitNodeChannel(RabbitOptions options, string node, TimeProvider time, ILogger<RabbitNodeChannel> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        (_options, _names, _node, _logger, _setAside) = (options, new RabbitNames(options.Prefix), node, logger, new Occasionally(time));
        _link = new RabbitLink(options, $"node '{node}'", SetUpAsync, time, logger);
    }

    /// <summary>Makes one as a host's configuration says, in its section <see cref="RabbitConfiguration.Section"/>.</summary>
    /// <param name="services">The host's services: its configuration, its loggers and its clock.</param>
    /// <param name="node">The node's name.</param>
    /// <exception cref="ArgumentException">What the section says cannot be used; the message has all that is wrong.</exception>
    public static RabbitNodeChannel From(IServiceProvider services, string node)
    {
        ArgumentNullException.ThrowIfNull(services);
        var configuration = (IConfiguration?)services.GetService(typeof(IConfiguration)) ?? throw new ArgumentException("The host has no configuration to read the fleet's channel from.", nameof(services));
        var loggers = (ILoggerFactory?)services.GetService(typeof(ILoggerFactory)) ?? NullLoggerFactory.Instance;
        var time = (TimeProvider?)services.GetService(typeof(TimeProvider)) ?? TimeProvider.System;
        return new RabbitNodeChannel(RabbitConfiguration.Read(configuration.GetSection(RabbitConfiguration.Section)), node, time, loggers.CreateLogger<RabbitNodeChannel>());
    }

    /// <inheritdoc/>
    public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return _link.SendAsync(_names.Reports, "", WireFormat.Write(report), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NodeTask> ReadTasksAsync(CancellationToken cancellationToken) => _tasks.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task SetUpAsync(IChannel channel, CancellationToken cancellationToken)
    {
        // Where control planes read is theirs to make; without one yet, there is nobody to report to.
        await channel.ExchangeDeclarePassiveAsync(_names.Reports, cancellationToken).ConfigureAwait(false);
        var queue = _names.Tasks(_node);
        var arguments = new Dictionary<string, object?>
        {
            ["x-max-length"] = _options.NodeQueueLength,
            ["x-overflow"] = "drop-head",
            ["x-message-ttl"] = (long)_options.NodeMessageTtl.TotalMilliseconds,
            ["x-expires"] = (long)_options.NodeQueueExpiry.TotalMilliseconds,
        };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
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
            _tasks.Writer.TryWrite(WireFormat.ReadNodeTask(message.BasicProperties.Type, message.Body.Span));
        }
        catch (WireFormatException fault)
        {
            _setAside.Note(count => _logger.SetAside(count, queue, fault.Message));
        }
    }
}
