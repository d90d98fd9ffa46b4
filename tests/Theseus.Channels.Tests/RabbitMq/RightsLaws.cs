using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Theseus.Fleet;
using Theseus.Fleet.Wire;
using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>With the rights that are documented a fleet works whole, and nobody has what is another's.</summary>
public sealed class RightsLaws(Fleets fleets)
{
    private const string Refused = "ACCESS_REFUSED";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("edge")]
    [InlineData("edge.1 (west) + 50% [a-z] $é")]
    public async Task AFleetWorksWithTheRightsThatAreDocumentedAndNoMore(string name)
    {
        await using var fleet = await fleets.RabbitAsync(options => options.RequireNodeUser = true);
        var node1 = fleet.Own(name);
        var (own, rights, password) = (fleet.Own("control"), RabbitPermissions.OfControlPlane(), RabbitAdministration.RandomPassword());
        await fleet.Server.Administration.CreateUserAsync(fleet.Host.Name, own, password, rights.Configure, rights.Write, rights.Read);
        var user = await fleet.UserOfNodeAsync(node1);
        var (log, nodeLog) = (new Log(), new Log());
        var control = fleet.Control(log, options => (options.User, options.Password) = (own, password));
        await fleet.ConnectedAsync(log, "reading");
        await fleet.ConnectedAsync(log, "sending");
        var node = fleet.Node(node1, nodeLog, options => (options.User, options.Password) = (user.User, user.Password));
        await fleet.ConnectedAsync(nodeLog);
        await using var reports = new Reading<NodeReport>(control.ReadReportsAsync);
        await using var answers = new Reading<IReadOnlyList<AssignmentAnswers>>(control.ReadAnswersAsync);
        await using var tasks = new Reading<NodeTask>(node.ReadTasksAsync);
        await using var assignments = new Reading<AssignmentBatch>(node.ReadAssignmentsAsync);
        await fleet.ReadAsync(log, ".reports.");
        await fleet.ReadAsync(nodeLog, ".tasks.");
        await fleet.ReadAsync(nodeLog, ".assignments.");

        await control.SendAsync(Sample.Task(node1), Token);
        await control.SendAsync(Sample.Batch(node1, "a"), Token);
        await node.ReportAsync(Sample.Report(node1, 5), Token);
        await node.AnswerAsync(Sample.Answers(node1, "b"), Token);

        Assert.Equal("t1", (await tasks.NextAsync()).Id);
        Assert.Equal("a", Assert.Single((await assignments.NextAsync()).Assigned).Task);
        Assert.Equal(5, (await reports.NextAsync()).Sequence);
        Assert.Equal("b", AssignmentLaws.TaskOf(Assert.Single(await answers.NextAsync())));

        // What a node cannot take is set aside, with these rights too.
        await using var anybody = await BareClient.ConnectAsync(fleet.Options());
        await using var aside = anybody.Read("theseus.set-aside");
        await anybody.SendAsync("", new RabbitNames("theseus").Tasks(node1), WireTypes.NodeTask, "{}"u8.ToArray());
        await aside.NextAsync();
    }

    [Fact]
    public async Task ANodeCanNeitherReadWhatIsForOthersNorSendItNorMakeOrDeleteAnything()
    {
        await using var fleet = await fleets.RabbitAsync();
        await fleet.ReplicaAsync();
        var (node1, node2) = (fleet.Own("node1"), fleet.Own("node2"));
        var (log, names) = (new Log(), new RabbitNames("theseus"));
        await using var theirs = new Reading<NodeTask>(fleet.Node(node1, log).ReadTasksAsync);
        await fleet.ReadAsync(log, ".tasks.");
        await using var other = await BareClient.ConnectAsync(await fleet.UserOfNodeAsync(node2));
        var (queue, own, message) = (names.Tasks(node1), names.Tasks(node2), WireFormat.Write(Sample.Task(node1)));

        foreach (var place in new[] { queue, names.Answers, names.SetAside })
        {
            await IsRefusedAsync(channel => channel.BasicConsumeAsync(place, autoAck: false, new AsyncEventingBasicConsumer(channel), Token));
            await IsRefusedAsync(channel => channel.BasicGetAsync(place, autoAck: false, Token));
            await IsRefusedAsync(channel => channel.QueueDeleteAsync(place, cancellationToken: Token));
            await IsRefusedAsync(channel => channel.QueuePurgeAsync(place, Token));
        }

        await IsRefusedAsync(channel => channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Type = message.Type }, message.Body, Token).AsTask());
        await IsRefusedAsync(channel => channel.QueueDeclareAsync(names.Tasks(fleet.Own("node3")), durable: true, exclusive: false, autoDelete: false, cancellationToken: Token));
        await IsRefusedAsync(channel => channel.ExchangeDeclareAsync("theseus.mine", ExchangeType.Fanout, cancellationToken: Token));
        await IsRefusedAsync(channel => channel.ExchangeDeleteAsync(names.Reports, cancellationToken: Token));
        Assert.Null(await other.RefusalAsync(channel => channel.QueueDeclareAsync(own, durable: true, exclusive: false, autoDelete: false, cancellationToken: Token)));
        await IsRefusedAsync(channel => channel.QueueBindAsync(own, names.Reports, "", cancellationToken: Token));

        async Task IsRefusedAsync(Func<IChannel, Task> act) => Assert.Contains(Refused, await other.RefusalAsync(act), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeThatReadsAnothersQueueIsToldAndWhatIsThereStays()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        var (node1, node2) = (fleet.Own("node1"), fleet.Own("node2"));
        var (log, otherLog) = (new Log(), new Log());
        await using (var node = fleet.Node(node1, log))
        {
            await using var declared = new Reading<NodeTask>(node.ReadTasksAsync);
            await fleet.ReadAsync(log, ".tasks.");
        }

        var user = await fleet.UserOfNodeAsync(node2);
        await using var stolen = new Reading<NodeTask>(fleet.Node(node1, otherLog, options => (options.User, options.Password) = (user.User, user.Password)).ReadTasksAsync);
        Assert.Contains(Refused, (await otherLog.AwaitAsync(5011)).Text, StringComparison.Ordinal);
        await control.Fleet.SendAsync(Sample.Task(node1), Token);

        await using var tasks = new Reading<NodeTask>(fleet.Node(node1, new Log()).ReadTasksAsync);
        Assert.Equal("t1", (await tasks.NextAsync()).Id);
        Assert.Empty(stolen.Rest());
    }
}
