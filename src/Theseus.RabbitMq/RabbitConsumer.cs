using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>
/// One reading of a queue, on a channel of its own, until that closes: then the broker gives what was not acknowledged to
/// the next. The prefetch bounds what is held here. What cannot be taken is rejected, and so set aside. For one reader.
/// </summary>
internal sealed class RabbitConsumer<T> : IAsyncDisposable
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly IChannel _channel;
    private readonly RabbitLink _link;
    private readonly RabbitQueue<T> _queue;
    private readonly Occasionally _setAside;
    private readonly Channel<(ulong Tag, T Value)> _delivered = Channel.CreateUnbounded<(ulong, T)>(new() { SingleReader = true, SingleWriter = true });

    private RabbitConsumer(IChannel channel, RabbitLink link, RabbitQueue<T> queue, Occasionally setAside) => (_channel, _link, _queue, _setAside) = (channel, link, queue, setAside);

    /// <summary>Begins one.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="queue">What to read.</param>
    /// <param name="declares">Whether to declare it before.</param>
    /// <param name="setAside">Tells of what is set aside.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RabbitConsumer<T>> BeginAsync(RabbitLink link, RabbitQueue<T> queue, bool declares, Occasionally setAside, CancellationToken cancellationToken)
    {
        var connection = await link.ConnectionAsync(cancellationToken).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(link.Options.ConnectTimeout, link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var consumer = new RabbitConsumer<T>(await connection.CreateChannelAsync(cancellationToken: either.Token).ConfigureAwait(false), link, queue, setAside);
        try
        {
            await consumer.BeginAsync(declares, either.Token).ConfigureAwait(false);
            return consumer;
        }
        catch
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What has come, as soon as there is something; null at the end.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(ulong Last, List<T> Values)?> NextAsync(int most, CancellationToken cancellationToken)
    {
        // What a closed channel brought comes again, to whoever reads then.
        if (!await _delivered.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) || !_channel.IsOpen)
        {
            return null;
        }

        var (last, values) = (0UL, new List<T>());
        while (values.Count < most && _delivered.Reader.TryRead(out var one))
        {
            last = one.Tag;
            values.Add(one.Value);
        }

        return (last, values);
    }

    /// <summary>Acknowledges all up to a message. Where the channel is closed they come again.</summary>
    public Task AcknowledgeAsync(ulong last, CancellationToken cancellationToken) => IfOpenAsync(() => _channel.BasicAckAsync(last, multiple: true, cancellationToken).AsTask());

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(s_longestEnd, _link.Time);
        await IfOpenAsync(() => _channel.CloseAsync(Constants.ReplySuccess, "It ends.", abort: true, deadline.Token)).ConfigureAwait(false);
        await IfOpenAsync(() => _channel.DisposeAsync().AsTask().WaitAsync(deadline.Token)).ConfigureAwait(false);
    }

    private async Task BeginAsync(bool declares, CancellationToken cancellationToken)
    {
        if (declares)
        {
            await _queue.DeclareAsync(_channel, cancellationToken).ConfigureAwait(false);
        }

        await _channel.BasicQosAsync(0, (ushort)_link.Options.Prefetch, global: false, cancellationToken).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, message) => TakeAsync(message);
        consumer.UnregisteredAsync += (_, _) => Ended();
        consumer.ShutdownAsync += (_, _) => Ended();
        _channel.ChannelShutdownAsync += (_, _) => Ended();
        var arguments = new Dictionary<string, object?>();
        if (_queue.NewestFirst)
        {
            // A process that was replaced may still read, or seem to: the one that began last comes first.
            arguments["x-priority"] = _link.Time.GetUtcNow().ToUnixTimeMilliseconds();
        }

        await _channel.BasicConsumeAsync(_queue.Name, autoAck: false, consumerTag: "", noLocal: false, exclusive: false, arguments, consumer, cancellationToken).ConfigureAwait(false);
        _link.Logger.Reading(_queue.Name);
    }

    private async Task TakeAsync(BasicDeliverEventArgs message)
    {
        try
        {
            var value = _queue.Read(message.BasicProperties.Type, message.Body.Span);
            if (_link.Options.RequireNodeUser && _queue.SenderOf?.Invoke(value) is { } sender && message.BasicProperties.UserId != sender)
            {
                throw new WireFormatException(message.BasicProperties.Type, [$"It says that it comes from the node '{sender}', but the user who sent it is '{message.BasicProperties.UserId}'."]);
            }

            _delivered.Writer.TryWrite((message.DeliveryTag, value));
        }
        catch (WireFormatException fault)
        {
            _setAside.Note(count => _link.Logger.SetAside(count, _queue.Name, fault.Message));
            await IfOpenAsync(() => _channel.BasicRejectAsync(message.DeliveryTag, requeue: false, _link.Stopping).AsTask()).ConfigureAwait(false);
        }
    }

    private Task Ended()
    {
        _delivered.Writer.TryComplete();
        return Task.CompletedTask;
    }

    private static async Task IfOpenAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RabbitMQClientException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or TimeoutException)
        {
            // It closed meanwhile, and whoever reads finds out.
        }
    }
}
