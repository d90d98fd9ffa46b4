using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>A broker that a class of tests stops and starts, one test after the other.</summary>
public sealed class OwnBroker : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitServer>> _server = new(RabbitServer.StartNewAsync);

    internal async Task<RabbitFleet> NewAsync(Action<RabbitOptions>? set = null)
    {
        Fleets.SkipWithoutRabbit();
        var server = await _server.Value;
        return new RabbitFleet(server, await server.Administration.CreateVirtualHostAsync(), set);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
