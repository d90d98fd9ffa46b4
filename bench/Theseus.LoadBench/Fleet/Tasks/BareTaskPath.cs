using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Theseus.Fleet.Wire;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>
/// RabbitMQ's client alone, as it is written well: durable queues, persistent messages, confirmed with a window that slides,
/// a prefetch, and acknowledgements of many at once. Messages have the channel's bytes, which are made once: nothing is written or read here.
/// </summary>
internal sealed class BareTaskPath : ITaskPath
{
    private const string Answers = "bare.answers";
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly List<IConnection> _connections = [];
    private readonly TaskWindow _window = new();
    private readonly SemaphoreSlim _unconfirmed = new(TaskLoad.Unconfirmed);
    private IChannel _sending = null!;
    private ReadOnlyMemory<byte> _assignment;
    private ReadOnlyMemory<byte> _answer;

    private BareTaskPath()
    {
    }

    public static async Task<BareTaskPath> StartAsync(RabbitServer server, RabbitVirtualHost host)
    {
        var (path, factory) = (new BareTaskPath(), new ConnectionFactory { HostName = "127.0.0.1", Port = server.Port, VirtualHost = host.Name, UserName = host.User, Password = host.Password });
        path._sending = await path.OpenAsync(factory, s_confirmed);
        var reading = await path.OpenAsync(factory, null);
        await reading.QueueDeclareAsync(Answers, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-length"] = 100_000, ["x-overflow"] = "reject-publish" });
        await ReadAsync(reading, Answers, () =>
        {
            path._window.Answered();
            return Task.CompletedTask;
        });
        for (var i = 0; i < TaskLoad.Nodes; i++)
        {
            await path.StartNodeAsync(factory, TaskLoad.NodeOf(i));
        }

        return path;
    }

    public Task RunAsync(int tasks, int inEach)
    {
        var batch = TaskLoad.Batch(TaskLoad.NodeOf(0), inEach);
        (_assignment, _answer) = (WireFormat.Write(batch).Single().Body, WireFormat.Write(TaskLoad.Answers(batch)).Single().Body);
        return _window.RunAsync(tasks / inEach, number => SendAsync(TaskLoad.NodeOf(number)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _unconfirmed.Dispose();
    }

    private async Task StartNodeAsync(ConnectionFactory factory, string node)
    {
        var reading = await OpenAsync(factory, null);
        var answering = await _connections[^1].CreateChannelAsync(s_confirmed);
        var unconfirmed = new SemaphoreSlim(TaskLoad.Unconfirmed);
        var arguments = new Dictionary<string, object?> { ["x-max-length"] = 1000, ["x-max-length-bytes"] = 64L << 20, ["x-overflow"] = "drop-head", ["x-message-ttl"] = 300_000L };
        await reading.QueueDeclareAsync(QueueOf(node), durable: true, exclusive: false, autoDelete: false, arguments);
        await ReadAsync(reading, QueueOf(node), async () =>
        {
            await unconfirmed.WaitAsync();
            _ = SendAsync(answering, unconfirmed, Answers, _answer);
        });
    }

    private static string QueueOf(string node) => $"bare.{node}";

    private async Task SendAsync(string node)
    {
        await _unconfirmed.WaitAsync();
        await SendAsync(_sending, _unconfirmed, QueueOf(node), _assignment);
    }

    /// <summary>Sends a message, for which there is room, and makes room again when it is confirmed.</summary>
    private static async Task SendAsync(IChannel channel, SemaphoreSlim room, string queue, ReadOnlyMemory<byte> body)
    {
        await channel.BasicPublishAsync("", queue, mandatory: false, new BasicProperties { Persistent = true }, body);
        room.Release();
    }

    private async Task<IChannel> OpenAsync(ConnectionFactory factory, CreateChannelOptions? options)
    {
        var connection = await factory.CreateConnectionAsync();
        _connections.Add(connection);
        return await connection.CreateChannelAsync(options);
    }

    /// <summary>Reads a queue, and acknowledges all that came together at once.</summary>
    private static async Task ReadAsync(IChannel channel, string queue, Func<Task> take)
    {
        var delivered = Channel.CreateUnbounded<ulong>(new() { SingleReader = true, SingleWriter = true });
        await channel.BasicQosAsync(0, TaskLoad.Prefetch, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            delivered.Writer.TryWrite(message.DeliveryTag);
            return Task.CompletedTask;
        };
        consumer.ShutdownAsync += (_, _) =>
        {
            delivered.Writer.TryComplete();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        _ = Task.Run(async () =>
        {
            while (await delivered.Reader.WaitToReadAsync())
            {
                var last = 0UL;
                while (delivered.Reader.TryRead(out var tag))
                {
                    await take();
                    last = tag;
                }

                await channel.BasicAckAsync(last, multiple: true);
            }
        });
    }
}
