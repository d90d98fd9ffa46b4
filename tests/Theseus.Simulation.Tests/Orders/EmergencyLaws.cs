using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Storage;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>Whatever else goes on, an emergency brings back what can be brought back; and an order to go back that is given twice is one.</summary>
public sealed class EmergencyLaws
{
    [Fact]
    public async Task WhatStoodStillOnItsWayBackGoesOn()
    {
        await using var plane = new Plane(nodes: 2, "a");
        var upgrade = await RunAsync(plane, "a");
        var back = await plane.Rollback.RollBackAsync(upgrade.Id, "operator", "back", default);
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Any(one => one.Id == back.Id && one.IsOnNodes), seconds: 30);
        await plane.Upgrades.PauseAsync(back.Id, "operator", "wait", default);
        await plane.Upgrades.StopTheLineAsync("operator", "it burns", default);

        var outcome = Assert.Single(await plane.Rollback.RollBackInEmergencyAsync([], "operator", "all is lost", default));

        Assert.Equal((EmergencyAction.GoesBack, back.Id), (outcome.Action, outcome.Upgrade));
        await plane.RunToTheEndAsync();
        Assert.All(plane.Nodes, node => Assert.Equal(Plane.Release("1.0.0"), node.Truth("a").Confirmed));
    }

    [Fact]
    public async Task WhatIsCompletedBetweenTheLookAndTheOrderIsTakenBack()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await plane.SettleAsync();
        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default);
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().Phase == WavePhase.Observing, seconds: 30);
        plane.Store.AfterRunningWasRead = plane.RunToTheEndAsync;

        var outcome = Assert.Single(await plane.Rollback.RollBackInEmergencyAsync(["a"], "operator", "all is lost", default));

        Assert.Equal((EmergencyAction.GoesBack, ""), (outcome.Action, outcome.Action == EmergencyAction.Refused ? outcome.Detail : ""));
        await plane.RunToTheEndAsync();
        Assert.Equal(UpgradeState.Completed, (await plane.Upgrades.FindAsync(upgrade.Id, default))!.State);
        Assert.Equal(Plane.Release("1.0.0"), plane.Nodes[0].Truth("a").Confirmed);
    }

    [Fact]
    public async Task AFaultOfTheStorageForOneComponentIsItsOutcomeAndTheOthersGoBack()
    {
        await using var plane = new Plane(nodes: 1, "a", "b");
        await RunAsync(plane, "a");
        await RunAsync(plane, "b");
        plane.Store.AfterRunningWasRead = () => throw new StorageException(StorageFault.Full, "The disk is full.");

        var outcomes = await plane.Rollback.RollBackInEmergencyAsync(["a", "b"], "operator", "all is lost", default);

        Assert.Equal([("a", EmergencyAction.Refused), ("b", EmergencyAction.GoesBack)], outcomes.Select(one => (one.Component, one.Action)));
        Assert.Contains("The disk is full.", outcomes[0].Detail);
    }

    [Fact]
    public async Task UnderOneKeyAnUpgradeIsTakenBackOnce()
    {
        await using var plane = new Plane(nodes: 1, "a");
        var upgrade = await RunAsync(plane, "a");

        var first = await BackAsync(plane, upgrade, "back");
        var second = await BackAsync(plane, upgrade, "back");
        await plane.RunToTheEndAsync();
        var third = await BackAsync(plane, upgrade, "back");
        var other = await Assert.ThrowsAsync<UpgradeRefusedException>(() => BackAsync(plane, upgrade, "for another reason"));

        Assert.Equal(upgrade.Id, first.Request.RollsBack);
        Assert.Equal((first.Id, first.Id), (second.Id, third.Id));
        Assert.Equal(UpgradeState.Completed, third.State);
        Assert.Equal(UpgradeRefusal.KeyReused, other.Refusal);
    }

    [Fact]
    public async Task WhatWentBackWhileItRanIsTheAnswerToTheSameOrderAfterItsEnd()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await plane.SettleAsync();
        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, "a"), default);
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().Phase == WavePhase.Observing, seconds: 30);

        var first = await BackAsync(plane, upgrade, "back");
        var second = await BackAsync(plane, upgrade, "back");
        await plane.RunToTheEndAsync();
        var third = await BackAsync(plane, upgrade, "back");

        Assert.Equal((upgrade.Id, upgrade.Id, upgrade.Id), (first.Id, second.Id, third.Id));
        Assert.Equal(UpgradeState.RolledBack, third.State);
    }

    private static Task<UpgradeRecord> BackAsync(Plane plane, UpgradeRecord upgrade, string why) =>
        plane.Rollback.RollBackAsync(upgrade.Id, "operator", why, ReturningState.OfNow, "key", default);

    private static async Task<UpgradeRecord> RunAsync(Plane plane, string component)
    {
        await plane.SettleAsync();
        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, component), default);
        await plane.RunToTheEndAsync();
        return (await plane.Upgrades.FindAsync(upgrade.Id, default))!;
    }
}
