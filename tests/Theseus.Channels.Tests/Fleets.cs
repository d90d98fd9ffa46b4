using Theseus.Channels.Tests;
using Theseus.Channels.Tests.RabbitMq;
using Theseus.RabbitMq;
using Theseus.Servers;

[assembly: AssemblyFixture(typeof(Fleets))]

namespace Theseus.Channels.Tests;

/// <summary>Makes new fleets; and the one broker that tests share which leave it running, when the first asks for it.</summary>
public sealed class Fleets : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitServer>> _server = new(RabbitServer.StartNewAsync);

    public static TheoryData<ChannelKind> Kinds => [ChannelKind.InProcess, ChannelKind.RabbitMq];

    public static void SkipWithoutRabbit() => Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");

    internal async Task<TestedFleet> NewAsync(ChannelKind kind) => kind == ChannelKind.InProcess ? new InProcessFleet() : await RabbitAsync();

    internal async Task<RabbitFleet> RabbitAsync(Action<RabbitOptions>? set = null)
    {
        SkipWithoutRabbit();
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
