using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>A plan that has to be approved does not hold its components for ever.</summary>
public sealed class ApprovalLaws
{
    [Fact]
    public async Task APlanThatNobodyApprovesFailsAfterSevenDaysAndLetsGoOfItsComponents()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await plane.SettleAsync();
        var request = Plane.To("2.0.0", UpgradeStrategy.Immediate, "a") with { NeedsApproval = true };
        var upgrade = await plane.Upgrades.StartAsync(request, default);
        await plane.SettleChecksAsync(null);

        plane.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        await plane.SettleAsync();
        Assert.Equal(UpgradeState.AwaitingApproval, (await plane.Upgrades.FindAsync(upgrade.Id, default))!.State);
        plane.Advance(TimeSpan.FromSeconds(1));
        await plane.SettleAsync();

        var ended = (await plane.Upgrades.FindAsync(upgrade.Id, default))!;
        Assert.Equal(UpgradeState.Failed, ended.State);
        Assert.Contains("Nobody approved it within 7 days", ended.Detail);
        var digest = ended.Plan!.Digest;
        var late = await Assert.ThrowsAsync<UpgradeRefusedException>(() => plane.Upgrades.ApproveAsync(upgrade.Id, digest, "approver", "late", default));
        Assert.Equal(UpgradeRefusal.WrongState, late.Refusal);
        Assert.Equal(UpgradeState.Pending, (await plane.Upgrades.StartAsync(request, default)).State);
        await plane.CheckAsync();
    }
}
