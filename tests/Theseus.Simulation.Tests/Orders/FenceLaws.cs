using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>Nodes may remember orders of a database that is no more: what is new has to be obeyed all the same.</summary>
public sealed class FenceLaws
{
    private const int TurnBits = 20;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(41, 7)]
    [InlineData(41, (1 << TurnBits) - 1)]
    public async Task AnUpgradesFenceIsAboveAnyThatANodeHasSeenOfItsComponents(long number, long turn)
    {
        await using var plane = new Plane(nodes: 2, "a", "b");
        Remember(plane, plane.Nodes[1], "a", (number << TurnBits) | turn);
        await plane.SettleAsync();

        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default);

        Assert.Equal(number + 1, upgrade.Number);
        Assert.True(upgrade.Fence > (number << TurnBits) + turn);
        await plane.RunToTheEndAsync();
        Assert.Equal(UpgradeState.Completed, (await plane.Upgrades.FindAsync(upgrade.Id, default))!.State);
    }

    [Fact]
    public async Task FencesOfOtherComponentsAreNoneOfItsConcern()
    {
        await using var plane = new Plane(nodes: 2, "a", "b");
        Remember(plane, plane.Nodes[1], "b", 41L << TurnBits);
        await plane.SettleAsync();

        Assert.Equal(1, (await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default)).Number);
    }

    [Fact]
    public async Task AnUpgradeWhoseNodesSawALaterOneMeanwhileEndsAndSaysWhy()
    {
        await using var plane = new Plane(nodes: 2, "a");
        await plane.SettleAsync();
        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default);
        await plane.SettleChecksAsync(null);
        Remember(plane, plane.Nodes[1], "a", upgrade.Fence + (1L << TurnBits));

        await plane.RunToTheEndAsync();

        var ended = (await plane.Upgrades.FindAsync(upgrade.Id, default))!;
        Assert.Equal(UpgradeState.RollbackFailed, ended.State);
        Assert.Contains("node2: It has orders of a later upgrade than this one", ended.Detail);
    }

    /// <summary>Has a node hear an order of another database.</summary>
    private static void Remember(Plane plane, OrderedNode node, string component, long fence)
    {
        while (node.HasWork)
        {
            node.DoNext();
        }

        node.Send(new NodeTask
        {
            Id = "elsewhere/1/a/Report",
            Node = node.Name,
            Kind = NodeTaskKind.Report,
            Component = component,
            Upgrade = "elsewhere",
            Fence = fence,
            From = Plane.Release("1.0.0"),
            To = Plane.Release("1.0.0"),
            Deadline = TimeSpan.FromSeconds(1),
        });
        node.DoNext();
        plane.Report(node);
    }
}
