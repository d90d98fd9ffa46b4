using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>A node whose process begins anew has forgotten what it was told, and the line was stopped while nobody drove.</summary>
public sealed class RestartLaws
{
    [Fact]
    public async Task ANodeThatBeganAnewIsToldAtOnceWhatItsFormerProcessWasTold()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await plane.SettleAsync();
        await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default);
        await plane.SettleChecksAsync(null);
        await plane.SettleAsync();
        var node = plane.Nodes[0];
        Assert.True(node.HasWork);

        node.LoseNext();
        plane.Report(node);
        await plane.SettleAsync();
        Assert.False(node.HasWork); // the same process: it is told again later
        // Not at the moment at which the former one began: of two of one moment the one that is known counts.
        plane.Advance(TimeSpan.FromMilliseconds(1));
        node.Restart();
        plane.Report(node);
        await plane.SettleAsync();

        Assert.True(node.HasWork);
    }
}
