using System.Text;
using Theseus.Fleet.Wire;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>Messages that no reader can take: each is set aside, and none keeps the next one from being read.</summary>
public sealed class SetAsideLaws(Fleets fleets)
{
    private const int SetAside = 5007;

    [Fact]
    public async Task ANodeSetsAsideTasksThatItCannotTakeAndReadsOn()
    {
        await using var fleet = await fleets.RabbitAsync();
        await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using var tasks = await node.ReadTasksAsync();
        var good = WireFormat.Write(Sample.Task("node1", "good"));

        await SetsAsideAsync(fleet, "", "theseus.tasks.node1", good, [
            .. Bad(good, "theseus.node-task/2"),
            new(good.Type, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good.Body.Span).Replace("Activate", "Explode", StringComparison.Ordinal))),
            WireFormat.Write(Sample.Task("node2")),
            WireFormat.Write(Sample.Report("node1")),
        ]);

        Assert.Equal("good", (await tasks.NextAsync()).Id);
    }

    [Fact]
    public async Task ANodeSetsAsideAssignmentsThatItCannotTakeAndReadsOn()
    {
        await using var fleet = await fleets.RabbitAsync();
        await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using var assignments = await node.ReadAssignmentsAsync();
        var good = Assert.Single(WireFormat.Write(Sample.Batch("node1", "good")));

        await SetsAsideAsync(fleet, "", "theseus.assignments.node1", good, [
            .. Bad(good, "theseus.assignments/2"),
            Assert.Single(WireFormat.Write(Sample.Batch("node2", "a"))),
            WireFormat.Write(Sample.Task("node1")),
        ]);

        Assert.Equal("good", Assert.Single((await assignments.NextAsync()).Assigned).Task);
    }

    [Fact]
    public async Task AControlPlaneSetsAsideReportsThatItCannotTakeAndReadsOn()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        await using var reports = await control.ReadReportsAsync();
        var good = WireFormat.Write(Sample.Report("node1", 9));

        await SetsAsideAsync(fleet, "theseus.reports", "", good, [.. Bad(good, "theseus.node-report/2"), WireFormat.Write(Sample.Task("node1"))]);

        Assert.Equal(9, (await reports.NextAsync()).Sequence);
    }

    [Fact]
    public async Task AControlPlaneSetsAsideAnswersThatItCannotTakeAndReadsOn()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        await using var answers = await control.ReadAnswersAsync();
        var good = Assert.Single(WireFormat.Write(Sample.Answers("node1", "good")));

        await SetsAsideAsync(fleet, "theseus.answers", "", good, [.. Bad(good, "theseus.answers/2"), WireFormat.Write(Sample.Task("node1"))]);

        Assert.Equal("good", AssignmentLaws.TaskOf(Assert.Single(await answers.NextAsync())));
    }

    [Fact]
    public async Task AMessageOfTheBrokersLargestSizeDoesNotKeepAnswersBack()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        await using var answers = await control.ReadAnswersAsync();
        await using var anybody = await BareClient.ConnectAsync(fleet.Options());

        // More than the client takes by itself, which then gives the connection up, and would meet it again on the next.
        await anybody.SendAsync("theseus.answers", "", WireTypes.Answers, new byte[(64 << 20) + 1]);
        var good = Assert.Single(WireFormat.Write(Sample.Answers("node1", "good")));
        await anybody.SendAsync("theseus.answers", "", good.Type, good.Body);

        Assert.Equal("good", AssignmentLaws.TaskOf(Assert.Single(await answers.NextAsync())));
    }

    [Fact]
    public async Task OneThatVouchesForNodesTakesTheirWordOnlyFromTheirUsers()
    {
        await using var fleet = await fleets.RabbitAsync(options => options.RequireNodeUser = true);
        var control = await fleet.ReplicaAsync();
        var log = fleet.Log;
        await using var reports = await control.ReadReportsAsync();
        await using var answers = await control.ReadAnswersAsync();
        var (node1, node2) = (fleet.Own("node1"), fleet.Own("node2"));
        var (first, second) = (await fleet.UserOfNodeAsync(node1), await fleet.UserOfNodeAsync(node2));
        await using var other = await BareClient.ConnectAsync(second);
        await using var setAside = await BareClient.ConnectAsync(fleet.Options());
        await using var aside = setAside.Read("theseus.set-aside");
        var (report, answer) = (WireFormat.Write(Sample.Report(node1, 1)), Assert.Single(WireFormat.Write(Sample.Answers(node1, "forged"))));

        // Under its own name, and without one; under the other's name the broker takes nothing.
        foreach (var user in new[] { node2, null })
        {
            await other.SendAsync("theseus.reports", "", report.Type, report.Body, user);
            await other.SendAsync("theseus.answers", "", answer.Type, answer.Body, user);
        }

        Assert.Contains("user_id", await other.RefusalAsync(channel =>
            channel.BasicPublishAsync("theseus.reports", "", mandatory: true, new RabbitMQ.Client.BasicProperties { Type = report.Type, UserId = node1 }, report.Body, TestContext.Current.CancellationToken).AsTask()));

        var nodeLog = new Log();
        var node = fleet.Node(node1, nodeLog, options => (options.User, options.Password) = (first.User, first.Password));
        await fleet.ConnectedAsync(nodeLog);
        await node.ReportAsync(Sample.Report(node1, 9), TestContext.Current.CancellationToken);
        await node.AnswerAsync(Sample.Answers(node1, "true"), TestContext.Current.CancellationToken);

        Assert.Equal(9, (await reports.NextAsync()).Sequence);
        Assert.Equal("true", AssignmentLaws.TaskOf(Assert.Single(await answers.NextAsync())));
        for (var i = 0; i < 4; i++)
        {
            await aside.NextAsync();
        }

        Assert.Contains($"'{node2}'", (await log.AwaitAsync(SetAside, $"'{node1}'")).Text, StringComparison.Ordinal);
    }

    /// <summary>Sends what is bad and then what is good; everything bad is set aside then, as it was, with why it is there.</summary>
    private static async Task SetsAsideAsync(RabbitFleet fleet, string exchange, string routingKey, WireMessage good, IReadOnlyList<WireMessage> bad)
    {
        var log = fleet.Log;
        await using var anybody = await BareClient.ConnectAsync(fleet.Options());
        await using var aside = anybody.Read("theseus.set-aside");
        foreach (var message in bad)
        {
            await anybody.SendAsync(exchange, routingKey, message.Type, message.Body);
        }

        await anybody.SendAsync(exchange, routingKey, good.Type, good.Body);

        var set = new List<Delivered>();
        while (set.Count < bad.Count)
        {
            set.Add(await aside.NextAsync());
        }

        Assert.Equal(bad.Select(Seen).Order(StringComparer.Ordinal), set.Select(one => Seen(new WireMessage(one.Type, one.Body))).Order(StringComparer.Ordinal));
        Assert.All(set, one => Assert.Equal("rejected", one.Cause));
        await log.AwaitAsync(SetAside, "cannot be taken");
    }

    private static string Seen(WireMessage message) => $"{message.Type} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message.Body.Span))}";

    /// <summary>What is bad in every queue.</summary>
    private static IEnumerable<WireMessage> Bad(WireMessage good, string nextVersion)
    {
        yield return new(good.Type, ReadOnlyMemory<byte>.Empty);
        yield return new(good.Type, "null"u8.ToArray());
        yield return new(good.Type, "[]"u8.ToArray());
        yield return new(good.Type, "{}"u8.ToArray());
        yield return new(good.Type, good.Body[..(good.Body.Length / 2)]);
        yield return new(good.Type, new byte[] { 0xFF, 0xFE, 0x00, 0x80 });
        yield return new(good.Type, Encoding.UTF8.GetBytes(new string('[', 100_000)));
        // As it should be, but for its length.
        yield return new(good.Type, (byte[])[.. good.Body.Span, .. Encoding.UTF8.GetBytes(new string(' ', WireLimits.Bytes))]);
        yield return new(nextVersion, good.Body);
        yield return new("theseus.surprise/1", good.Body);
        yield return new("", good.Body);
        yield return new(null!, good.Body);
    }
}
