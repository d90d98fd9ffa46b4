using Theseus.Control.Upgrades;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of how many rollback points are kept.</summary>
public sealed class TrimmingScenarios
{
    [Fact]
    public async Task OfTwoUpgradesOneRollbackPointIsLeftWhereOneIsKept()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, configure: options => options.Rollback.KeptPerComponent = 1);
        var up = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        Assert.True(up.State == UpgradeState.Completed, up.Detail);
        Assert.Equal(up.Id, Assert.Single(await fleet.Plane.Rollback.GetPointsAsync("markdown", CancellationToken.None)).Point.Upgrade);

        var down = await fleet.RunAsync(Fleet.To("1.0.0", new ImmediateParameters()));

        Assert.True(down.State == UpgradeState.Completed, down.Detail);
        using var deadline = new CancellationTokenSource(Fleet.Deadline);
        var kept = await fleet.Plane.Rollback.WaitForPointsAsync("markdown", points => points.Count == 1, deadline.Token);
        Assert.Equal(down.Id, kept[0].Point.Upgrade);
        var gone = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Rollback.RollBackAsync(up.Id, "operator", "too late", CancellationToken.None));
        Assert.Contains("not kept any longer", gone.Message);
    }
}
