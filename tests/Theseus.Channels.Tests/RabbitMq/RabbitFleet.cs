using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>A fleet in a virtual host of its own.</summary>
internal sealed class RabbitFleet(RabbitServer server, RabbitVirtualHost host, Action<RabbitOptions>? set = null) : TestedFleet
{
    private const int Connected = 5001;
    private const int IsRead = 5012;

    private readonly List<IAsyncDisposable> _ends = [];

    public RabbitServer Server => server;

    public RabbitVirtualHost Host => host;

    /// <summary>What the last end that was made logs.</summary>
    public Log Log { get; private set; } = new();

    public RabbitOptions Options(Action<RabbitOptions>? more = null)
    {
        var options = new RabbitOptions
        {
            Host = "127.0.0.1", Port = server.Port, VirtualHost = host.Name, User = host.User, Password = host.Password,
            SendTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(30), LongestPause = TimeSpan.FromSeconds(1),
        };
        set?.Invoke(options);
        more?.Invoke(options);
        return options;
    }

    /// <summary>A control plane, whether it is connected or not.</summary>
    public RabbitFleetChannel Control(Log log, Action<RabbitOptions>? more = null) => Kept(new RabbitFleetChannel(Options(more), TimeProvider.System, log.For<RabbitFleetChannel>()));

    /// <summary>A node, whether it is connected or not.</summary>
    public RabbitNodeChannel Node(string name, Log log, Action<RabbitOptions>? more = null) => Kept(new RabbitNodeChannel(Options(more), name, TimeProvider.System, log.For<RabbitNodeChannel>()));

    public override async Task<TestedReplica> ReplicaAsync()
    {
        var log = Log = new Log();
        var channel = Control(log);
        await ConnectedAsync(log, "reading");
        await ConnectedAsync(log, "sending");
        return new TestedReplica(channel, channel, (queue, count) => ReadAsync(log, queue, count));
    }

    public override async Task<TestedNode> NodeAsync(string name)
    {
        var log = Log = new Log();
        var channel = Node(name, log);
        await ConnectedAsync(log);
        return new TestedNode(name, channel, channel, (queue, count) => ReadAsync(log, queue, count));
    }

    /// <summary>Waits until an end is connected for so many times.</summary>
    public Task ConnectedAsync(Log log, string purpose = "", int count = 1) => log.AwaitAsync(Connected, purpose, count);

    /// <summary>Waits until a queue is read for so many times.</summary>
    public Task ReadAsync(Log log, string queue, int count = 1) => log.AwaitAsync(IsRead, queue, count);

    public override async ValueTask DisposeAsync()
    {
        foreach (var end in _ends)
        {
            await end.DisposeAsync();
        }
    }

    private T Kept<T>(T end)
        where T : IAsyncDisposable
    {
        _ends.Add(end);
        return end;
    }
}
