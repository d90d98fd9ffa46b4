using Theseus.Control.Distribution;

namespace Theseus.Control.Tests.Distribution;

/// <summary>Who is silent for too long is suspected, and then lost; by the control plane's own monotonic clock, and not for what was its own absence.</summary>
public sealed class LivenessLaws
{
    [Theory]
    [InlineData(2, 4.5, NodeState.Alive)]
    [InlineData(2, 5, NodeState.Suspect)]
    [InlineData(2, 7.5, NodeState.Suspect)]
    [InlineData(2, 8, NodeState.Lost)]
    [InlineData(10, 24.5, NodeState.Alive)] // by the node's own measure
    [InlineData(10, 25, NodeState.Suspect)]
    [InlineData(10, 40, NodeState.Lost)]
    [InlineData(0, 8, NodeState.Lost)] // not told: by the default
    [InlineData(0.001, 1, NodeState.Alive)] // never by less than a pause of the control plane itself
    public async Task ItIsSuspectedBeforeItIsLostByTheMeasureOfItsOwnHeartbeat(double heartbeat, double silence, NodeState expected)
    {
        using var fleet = await Fleet.StartAsync("other");
        await fleet.SayAsync("node1", report => report with { Heartbeat = TimeSpan.FromSeconds(heartbeat) });

        await fleet.PassAsync(silence, "other");

        Assert.Equal(expected, fleet.StateOf("node1"));
        Assert.Equal(NodeState.Alive, fleet.StateOf("other"));
    }

    [Fact]
    public async Task ByDefaultANodeThatDiesIsKnownToBeLostWithinTenSecondsAndEachStepIsToldOnce()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");
        var heard = fleet.Time.GetUtcNow();

        await fleet.PassAsync(10, "node2");

        Assert.Equal([("node1", NodeState.Suspect), ("node1", NodeState.Lost)], fleet.Told);
        Assert.Equal(heard, fleet.Members.Find("node1")!.HeardAt);
    }

    [Fact]
    public async Task HeardOfAgainItIsAliveAgainAfterAnyAbsence()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");
        await fleet.PassAsync(20, "node2");
        fleet.Time.Advance(TimeSpan.FromDays(400));

        await fleet.SayAsync("node1");

        Assert.Equal(NodeState.Alive, fleet.StateOf("node1"));
    }

    [Fact]
    public async Task OneThatSaysThatItEndsHasLeftAtOnceAndIsNotLostLater()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");

        await fleet.SayAsync("node1", report => report with { IsLeaving = true });
        Assert.Equal(NodeState.Left, fleet.StateOf("node1"));
        await fleet.PassAsync(60, "node2");

        Assert.Equal([("node1", NodeState.Left)], fleet.Told);
    }

    [Fact]
    public async Task AControlPlaneThatJustStartedGivesEveryNodeItsFullTime()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");
        fleet.Time.Advance(TimeSpan.FromDays(1));
        await fleet.RestartAsync();

        await fleet.PassAsync(7.5, "node2");
        Assert.Equal((NodeState.Suspect, NodeState.Alive), (fleet.StateOf("node1"), fleet.StateOf("node2")));
        await fleet.PassAsync(0.5, "node2");

        Assert.Equal(NodeState.Lost, fleet.StateOf("node1"));
    }

    [Fact]
    public async Task AControlPlaneThatWasHeldUpBlamesNobodyForIt()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");
        // Stopped for an hour, with the reports waiting outside.
        fleet.Time.Advance(TimeSpan.FromHours(1));
        await fleet.Members.LookAsync(default);

        await fleet.PassAsync(4);
        Assert.All(["node1", "node2"], node => Assert.Equal(NodeState.Alive, fleet.StateOf(node)));
        await fleet.PassAsync(6, "node2");

        Assert.Equal(NodeState.Lost, fleet.StateOf("node1"));
    }

    [Fact]
    public async Task WhenNobodyIsHeardOfTheWayIsDoubtedBeforeTheNodesAre()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2", "node3");

        await fleet.PassAsync(29);
        Assert.All(["node1", "node2", "node3"], node => Assert.Equal(NodeState.Suspect, fleet.StateOf(node)));
        await fleet.SayAsync("node1");
        await fleet.PassAsync(7, "node1");
        Assert.Equal(NodeState.Suspect, fleet.StateOf("node2"));
        await fleet.PassAsync(1, "node1");

        // With the way back, each has its full time, and no more.
        Assert.Equal((NodeState.Alive, NodeState.Lost), (fleet.StateOf("node1"), fleet.StateOf("node2")));
    }

    [Fact]
    public async Task TheDoubtHasAnEnd()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");

        await fleet.PassAsync(31);

        Assert.All(["node1", "node2"], node => Assert.Equal(NodeState.Lost, fleet.StateOf(node)));
    }

    [Fact]
    public async Task OfOneNodeAloneSilenceIsItsOwn()
    {
        using var fleet = await Fleet.StartAsync("node1");

        await fleet.PassAsync(8);

        Assert.Equal(NodeState.Lost, fleet.StateOf("node1"));
    }

    [Fact]
    public async Task OldAndDoubledReportsAreNoSignOfLife()
    {
        using var fleet = await Fleet.StartAsync("node1", "node2");
        await fleet.PassAsync(7, "node2");

        Assert.False(await fleet.SayAsync("node1", report => report with { Sequence = 1 }));
        await fleet.PassAsync(1, "node2");

        Assert.Equal(NodeState.Lost, fleet.StateOf("node1"));
    }

    [Fact]
    public void OptionsThatMakeNoSenseAreToldAllAtOnce()
    {
        Assert.Empty(new MembershipOptions().Validate());

        var faults = new MembershipOptions { Heartbeat = TimeSpan.Zero, SuspectAfter = 1, LostAfter = double.NaN, LongestDoubt = TimeSpan.Zero, Look = TimeSpan.Zero, Refresh = TimeSpan.Zero }.Validate();

        Assert.Equal(["Heartbeat", "SuspectAfter", "LostAfter", "LongestDoubt", "Look", "Refresh"], faults.Select(fault => fault.Split(' ')[0]));
        Assert.Single(new MembershipOptions { SuspectAfter = 4, LostAfter = 4 }.Validate());
    }
}
