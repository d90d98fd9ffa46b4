using Theseus.Fleet;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>Two processes with one node's name, over the broker.</summary>
public sealed class NameLaws(Fleets fleets)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OfTwoProcessesWithOneNameEachIsToldWhatIsForItWhicheverBeganToReadLast()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        var (youngerLog, olderLog) = (new Log(), new Log());
        var younger = fleet.Node("node1", youngerLog);
        await using var toldYounger = new Reading<NodeTask>(younger.ReadTasksAsync);
        await younger.ReportAsync(Sample.Report("node1") with { Incarnation = "younger" }, Token);
        await fleet.ReadAsync(youngerLog, ".tasks.");
        await fleet.ReadAsync(youngerLog, ".process.");

        // The older one was away, or its clock is ahead: of what is for the node it gets all.
        var older = fleet.Node("node1", olderLog);
        await using var toldOlder = new Reading<NodeTask>(older.ReadTasksAsync);
        await older.ReportAsync(Sample.Report("node1") with { Incarnation = "older" }, Token);
        await fleet.ReadAsync(olderLog, ".tasks.");
        await fleet.ReadAsync(olderLog, ".process.");

        await control.Fleet.SendAsync(NodeTask.ToJoin("node1", "younger", 3), Token);
        await control.Fleet.SendAsync(NodeTask.ToLeave("node1", "older"), Token);

        Assert.Equal(NodeTask.ToJoin("node1", "younger", 3), await toldYounger.UntilAsync(task => task.Incarnation == "younger"));
        Assert.Equal(NodeTask.ToLeave("node1", "older"), await toldOlder.UntilAsync(task => task.Incarnation == "older"));
    }

    [Fact]
    public async Task AProcessIsToldWithTheRightsThatAreDocumentedAndReadsNoOthers()
    {
        await using var fleet = await fleets.RabbitAsync();
        var control = await fleet.ReplicaAsync();
        var (node1, node2, log, otherLog) = (fleet.Own("node1"), fleet.Own("node2"), new Log(), new Log());
        var user = await fleet.UserOfNodeAsync(node1);
        var node = fleet.Node(node1, log, options => (options.User, options.Password) = (user.User, user.Password));
        await using var told = new Reading<NodeTask>(node.ReadTasksAsync);
        await node.ReportAsync(Sample.Report(node1), Token);
        await fleet.ReadAsync(log, ".process.");

        await control.Fleet.SendAsync(NodeTask.ToJoin(node1, "i1", 3), Token);
        Assert.Equal(3, (await told.NextAsync()).Claim);

        var stranger = await fleet.UserOfNodeAsync(node2);
        var thief = fleet.Node(node1, otherLog, options => (options.User, options.Password) = (stranger.User, stranger.Password));
        await using var stolen = new Reading<NodeTask>(thief.ReadTasksAsync);
        await thief.ReportAsync(Sample.Report(node1), Token);
        Assert.Contains(".process.", (await otherLog.AwaitAsync(5011, ".process.")).Text, StringComparison.Ordinal);
        Assert.Empty(stolen.Rest());
    }
}
