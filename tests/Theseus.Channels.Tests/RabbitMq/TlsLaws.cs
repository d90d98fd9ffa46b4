using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>A broker that shows a certificate, and wants to see one.</summary>
public sealed class TlsLaws(TlsBroker broker) : IClassFixture<TlsBroker>
{
    private const int Connected = 5001;
    private const int Away = 5002;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithTheRightAuthorityAndACertificateEverythingGoesOverTls()
    {
        await using var fleet = await broker.NewAsync();
        var control = await fleet.ReplicaAsync();
        Assert.Contains("amqps://localhost", Assert.Single(fleet.Log.Entries, one => one.Id == Connected && one.Text.Contains("sending", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
        var node = await fleet.NodeAsync("node1");
        await using var tasks = await node.ReadTasksAsync();
        await using var answers = await control.ReadAnswersAsync();

        await control.Fleet.SendAsync(Sample.Task("node1"), Token);
        await node.Assignments.AnswerAsync(Sample.Answers("node1", "a"), Token);

        Assert.Equal("t1", (await tasks.NextAsync()).Id);
        Assert.Equal("a", AssignmentLaws.TaskOf(Assert.Single(await answers.NextAsync())));
    }

    [Fact]
    public async Task ACertificateOfAnotherAuthorityIsRefused()
    {
        await using var fleet = await broker.NewAsync();

        Assert.Contains("put the right one there", await RefusalAsync(fleet, options => options.Tls!.CaFile = fleet.Server.OtherCaFile), StringComparison.Ordinal);
        Assert.Contains("name a file with that authority in Tls:CaFile", await RefusalAsync(fleet, options => options.Tls!.CaFile = ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateForAnotherHostIsRefused()
    {
        await using var fleet = await broker.NewAsync();

        var said = await RefusalAsync(fleet, options => options.Tls!.ServerName = "broker.example.org");

        Assert.Contains("for 'localhost', '127.0.0.1', and not for 'broker.example.org'", said, StringComparison.Ordinal);
        Assert.Contains("Tls:ServerName", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateThatHasExpiredIsRefusedUntilItIsRenewed()
    {
        await using var fleet = await broker.NewAsync();
        await fleet.Server.ShowAsync("expired");
        try
        {
            var log = new Log();
            fleet.Node("node1", log);
            Assert.Contains("renew it at the broker", (await log.AwaitAsync(Away)).Text, StringComparison.Ordinal);
            await fleet.Server.ShowAsync("server");
            await fleet.ConnectedAsync(log);
        }
        finally
        {
            await fleet.Server.ShowAsync("server");
        }
    }

    [Fact]
    public async Task ANodeWithoutACertificateIsToldToShowOne()
    {
        await using var fleet = await broker.NewAsync();

        var said = await RefusalAsync(fleet, options => (options.Tls!.CertificateFile, options.Tls.KeyFile) = ("", ""));

        Assert.Contains("Tls:CertificateFile", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoMistakesThePortIsTold()
    {
        await using var fleet = await broker.NewAsync();

        Assert.Contains("without TLS", await RefusalAsync(fleet, options => options.Port = fleet.Server.Port), StringComparison.Ordinal);
        Assert.Contains("a port with TLS", await RefusalAsync(fleet, options => options.Tls = null), StringComparison.Ordinal);
    }

    /// <summary>Makes a node that cannot connect, and returns what it is told.</summary>
    private static async Task<string> RefusalAsync(RabbitFleet fleet, Action<RabbitOptions> set)
    {
        var log = new Log();
        await using var node = fleet.Node("node1", log, set);
        var said = (await log.AwaitAsync(Away)).Text;
        Assert.DoesNotContain(log.Entries, one => one.Id == Connected);
        return said;
    }
}

/// <summary>The broker of <see cref="TlsLaws"/>.</summary>
public sealed class TlsBroker : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitServer>> _server = new(() => RabbitServer.StartNewAsync(asksForCertificates: true));

    internal async Task<RabbitFleet> NewAsync()
    {
        Fleets.SkipWithoutRabbit();
        var server = await _server.Value;
        return new RabbitFleet(server, await server.Administration.CreateVirtualHostAsync(), options =>
        {
            (options.Host, options.Port) = ("localhost", server.TlsPort);
            options.Tls = new() { CaFile = server.CaFile, CertificateFile = server.ClientCertificateFile, KeyFile = server.ClientKeyFile };
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
