using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Theseus.RabbitMq;

/// <summary>Declares queues and exchanges, and uses those that are there with other settings as they are. Thread-safe.</summary>
internal sealed class RabbitDeclaring(RabbitOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>What the broker says when a queue or an exchange is there with other settings.</summary>
    public const int OtherSettings = 406;

    private readonly Occasionally _told = new(time);

    public async Task DeclareAsync(IConnection connection, string name, Func<IChannel, CancellationToken, Task> declare, CancellationToken cancellationToken)
    {
        // A channel of its own, since the broker closes it where it does not agree.
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await using var ending = channel.ConfigureAwait(false);
        try
        {
            await declare(channel, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationInterruptedException other) when (other.ShutdownReason?.ReplyCode == OtherSettings)
        {
            _told.Note(_ => logger.OtherSettings(name, RabbitCauses.Of(other, options)));
        }
    }
}
