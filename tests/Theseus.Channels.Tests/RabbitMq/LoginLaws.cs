using Theseus.Fleet;
using Theseus.Servers;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>A broker that does not let one in is told of and tried again, and used as soon as it does.</summary>
public sealed class LoginLaws(Fleets fleets)
{
    private const int Away = 5002;
    private const int Lost = 5003;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AWrongPasswordIsToldAndUsedAsSoonAsTheBrokerHasIt()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        var (log, node1, password) = (new Log(), fleet.Own("node1"), RabbitAdministration.RandomPassword());
        var user = await fleet.UserOfNodeAsync(node1);
        var node = fleet.Node(node1, log, options => (options.User, options.Password) = (user.User, password));
        await using var tasks = new Reading<NodeTask>(node.ReadTasksAsync);
        Assert.Contains($"user '{node1}' or its password is wrong", (await log.AwaitAsync(Away)).Text, StringComparison.Ordinal);

        // Nothing waits for it, and nothing fails that need not.
        await node.ReportAsync(Sample.Report(node1), Token);
        await Assert.ThrowsAsync<ChannelUnavailableException>(() => node.AnswerAsync(Sample.Answers(node1, "a"), Token).AsTask());

        await fleet.Server.Administration.ChangePasswordAsync(node1, password);
        await fleet.ReadAsync(log, ".tasks.");
        await control.Fleet.SendAsync(Sample.Task(node1), Token);
        Assert.Equal("t1", (await tasks.NextAsync()).Id);
    }

    [Fact]
    public async Task APasswordInAFileIsReadAnewAtEachTry()
    {
        await using var fleet = await fleets.RabbitAsync();
        var (log, node1) = (new Log(), fleet.Own("node1"));
        var user = await fleet.UserOfNodeAsync(node1);
        var folder = Directory.CreateTempSubdirectory("theseus-password-");
        var file = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(file, "wrong", Token);
        await using (fleet.Node(node1, log, options => (options.User, options.Password, options.PasswordFile) = (user.User, "", file)))
        {
            await log.AwaitAsync(Away);
            await File.WriteAllTextAsync(file, $"{user.Password}\nwhat follows is not read", Token);
            await fleet.ConnectedAsync(log);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task AVirtualHostThatIsNotThereIsToldAndUsedAsSoonAsItIsMade()
    {
        await using var fleet = await fleets.RabbitAsync();
        var (log, name) = (new Log(), $"later-{Guid.NewGuid():n}");
        var nodeLog = new Log();
        fleet.Control(log, options => options.VirtualHost = name);
        fleet.Node("node1", nodeLog, options => options.VirtualHost = name);
        Assert.Contains($"the virtual host '{name}' is not there", (await log.AwaitAsync(Away)).Text, StringComparison.Ordinal);
        Assert.Contains($"the virtual host '{name}' is not there", (await nodeLog.AwaitAsync(Away)).Text, StringComparison.Ordinal);

        await fleet.Server.Administration.CreateVirtualHostAsync(name, fleet.Host.User);
        await fleet.ConnectedAsync(log, "reading");
        await fleet.ConnectedAsync(log, "sending");
        await fleet.ConnectedAsync(nodeLog);
        // It had never been taken for one that is connected.
        Assert.DoesNotContain(nodeLog.Entries, one => one.Id == Lost);
    }
}
