using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Fleet;
using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet;

/// <summary>Over RabbitMQ, each node with a connection of its own, and PostgreSQL: in a virtual host and a database of this fleet alone.</summary>
internal sealed class ServersWay : IFleetWay
{
    private readonly RabbitOptions _options;
    private readonly RabbitFleetChannel _control;
    private readonly List<RabbitNodeChannel> _nodes = [];

    private ServersWay(RabbitOptions options, string store)
    {
        (_options, Store) = (options, store);
        _control = new RabbitFleetChannel(options, TimeProvider.System, NullLogger<RabbitFleetChannel>.Instance);
    }

    public IFleetChannel Control => _control;

    public string? Store { get; }

    public static async Task<ServersWay> StartAsync(RabbitServer rabbit, PostgresServer postgres)
    {
        var host = await rabbit.Administration.CreateVirtualHostAsync();
        // A thousand that connect at once to one broker on a machine that all share take longer than it allows otherwise.
        var options = new RabbitOptions { Host = "127.0.0.1", Port = rabbit.Port, VirtualHost = host.Name, User = host.User, Password = host.Password, ConnectTimeout = TimeSpan.FromMinutes(2) };
        return new ServersWay(options, await postgres.CreateDatabaseAsync());
    }

    public INodeChannel Connect(string node)
    {
        var channel = new RabbitNodeChannel(_options, node, TimeProvider.System, NullLogger<RabbitNodeChannel>.Instance);
        _nodes.Add(channel);
        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        await _control.DisposeAsync();
    }
}
