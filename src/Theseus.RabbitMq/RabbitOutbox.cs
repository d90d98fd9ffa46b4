using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>Sends what may be dropped, and what may not, and tells what was dropped. Thread-safe.</summary>
internal sealed class RabbitOutbox(RabbitPublisher publisher, TimeProvider time, ILogger logger)
{
    private readonly Occasionally _dropped = new(time);

    /// <summary>Sends messages, and drops what cannot be sent: it is sent again by who wants it.</summary>
    public async ValueTask SendOrDropAsync(string exchange, string routingKey, Func<IReadOnlyList<WireMessage>> write, bool isKept, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(exchange, routingKey, write, isKept, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelUnavailableException cause)
        {
            _dropped.Note(count => logger.Dropped(count, exchange.Length > 0 ? exchange : routingKey, cause.Message));
        }
    }

    /// <summary>Sends messages. What is too large to be read is told in the log, for sending it again would not help.</summary>
    /// <exception cref="ChannelUnavailableException">They could not be sent now, or not all of them.</exception>
    public async ValueTask SendAsync(string exchange, string routingKey, Func<IReadOnlyList<WireMessage>> write, bool isKept, CancellationToken cancellationToken)
    {
        IReadOnlyList<WireMessage> messages;
        try
        {
            messages = write();
        }
        catch (WireFormatException fault)
        {
            logger.Unsendable(exchange.Length > 0 ? exchange : routingKey, fault.Message);
            return;
        }

        foreach (var message in messages)
        {
            await publisher.SendAsync(new RabbitSending(exchange, routingKey, message, isKept), cancellationToken).ConfigureAwait(false);
        }
    }
}
