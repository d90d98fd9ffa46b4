namespace Theseus.Simulation.Tests.Orders;

public sealed class NodeWaitLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhoWaitsForNodesHasThemWhenTheyHaveReportedWhatIsWaitedFor()
    {
        await using var plane = new Plane(nodes: 2, "a");
        await plane.Upgrades.WaitForNodesAsync(nodes => nodes.Count == 2, default).WaitAsync(s_deadline);
        var bothRestarted = plane.Upgrades.WaitForNodesAsync(nodes => nodes.All(node => node.Incarnation == "2"), default);
        plane.Advance(TimeSpan.FromSeconds(1));

        foreach (var node in plane.Nodes)
        {
            await plane.SettleAsync();
            Assert.False(bothRestarted.IsCompleted);
            node.Restart();
            plane.Report(node);
        }

        Assert.Equal(2, (await bothRestarted.WaitAsync(s_deadline)).Count);
    }
}
