namespace Theseus.Channels.Tests;

/// <summary>Node tasks and reports, on every channel.</summary>
public sealed class NodeTaskLaws(Fleets fleets)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task ATaskReachesItsNodeAsItWasSentAndNoOther(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        await using var first = await (await fleet.NodeAsync("node1")).ReadTasksAsync();
        await using var second = await (await fleet.NodeAsync("node2")).ReadTasksAsync();

        await control.Fleet.SendAsync(Sample.Task("node1"), Token);
        await control.Fleet.SendAsync(Sample.Task("node2", "last"), Token);

        Assert.Equal(Sample.Task("node1"), await first.NextAsync());
        Assert.Equal(Sample.Task("node2", "last"), await second.NextAsync());
        Assert.Empty(first.Rest());
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task AReportArrivesAsItWasSent(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        await using var reports = await (await fleet.ReplicaAsync()).ReadReportsAsync();
        var node = await fleet.NodeAsync("node1");

        await node.Node.ReportAsync(Sample.Report("node1", 3), Token);

        Assert.Equivalent(Sample.Report("node1", 3), await reports.NextAsync(), strict: true);
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task ATaskForANodeThatIsNotThereFailsNobody(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        await using var tasks = await (await fleet.NodeAsync("node1")).ReadTasksAsync();

        await control.Fleet.SendAsync(Sample.Task("nobody"), Token);
        await control.Assignments.SendAsync(Sample.Batch("nobody", "a"), Token);
        await control.Fleet.SendAsync(Sample.Task("node1"), Token);

        Assert.Equal("t1", (await tasks.NextAsync()).Id);
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task ANodeThatConnectsAgainTakesOver(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        await using var earlier = await (await fleet.NodeAsync("node1")).ReadTasksAsync();
        await using var later = await (await fleet.NodeAsync("node1")).ReadTasksAsync();

        foreach (var id in (string[])["t1", "t2", "t3"])
        {
            await control.Fleet.SendAsync(Sample.Task("node1", id), Token);
            Assert.Equal(id, (await later.NextAsync()).Id);
        }

        Assert.Empty(earlier.Rest());
    }
}
