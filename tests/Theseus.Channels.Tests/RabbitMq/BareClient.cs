using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Theseus.RabbitMq;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>The broker as anybody may use it, without what we ship.</summary>
internal sealed class BareClient : IAsyncDisposable
{
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly IConnection _connection;

    private BareClient(IConnection connection, IChannel channel) => (_connection, Channel) = (connection, channel);

    /// <summary>A channel on which the broker confirms what it takes.</summary>
    public IChannel Channel { get; private set; }

    public static async Task<BareClient> ConnectAsync(RabbitOptions options)
    {
        var factory = new ConnectionFactory { HostName = options.Host, Port = options.Port, VirtualHost = options.VirtualHost, UserName = options.User, Password = options.Password, AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        return new BareClient(connection, await connection.CreateChannelAsync(s_confirmed, TestContext.Current.CancellationToken));
    }

    /// <summary>Sends a message, and returns when the broker has it.</summary>
    public ValueTask SendAsync(string exchange, string routingKey, string? type, ReadOnlyMemory<byte> body, string? user = null)
    {
        var properties = new BasicProperties();
        // Null would be written as a property that is there.
        if (type is not null)
        {
            properties.Type = type;
        }

        if (user is not null)
        {
            properties.UserId = user;
        }

        return Channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, TestContext.Current.CancellationToken);
    }

    /// <summary>Does what the broker may refuse by closing the channel; returns what it said, or null when it let it happen.</summary>
    public async Task<string?> RefusalAsync(Func<IChannel, Task> act)
    {
        var channel = await _connection.CreateChannelAsync(s_confirmed, TestContext.Current.CancellationToken);
        var closed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, end) =>
        {
            closed.TrySetResult(end.ReplyText);
            return Task.CompletedTask;
        };
        try
        {
            await act(channel).InTimeAsync();
        }
        catch (Exception failure) when (failure is RabbitMQ.Client.Exceptions.RabbitMQClientException)
        {
            return await closed.Task.InTimeAsync();
        }

        await channel.CloseAsync(TestContext.Current.CancellationToken);
        return null;
    }

    /// <summary>Reads a queue, and acknowledges nothing.</summary>
    public Reading<Delivered> Read(string queue) => new(cancellationToken => ReadAsync(queue, cancellationToken));

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async IAsyncEnumerable<Delivered> ReadAsync(string queue, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var delivered = System.Threading.Channels.Channel.CreateUnbounded<Delivered>();
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            // The body is the client's, and another message's afterwards.
            var cause = message.BasicProperties.Headers?.TryGetValue("x-first-death-reason", out var reason) == true ? Encoding.UTF8.GetString((byte[])reason!) : "";
            delivered.Writer.TryWrite(new Delivered(message.BasicProperties.Type ?? "", message.Body.ToArray(), cause));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
        await foreach (var one in delivered.Reader.ReadAllAsync(cancellationToken))
        {
            yield return one;
        }
    }
}

/// <summary>A message that was read: its type, its body, and why it left the queue before; empty for no reason.</summary>
internal sealed record Delivered(string Type, byte[] Body, string Cause);
