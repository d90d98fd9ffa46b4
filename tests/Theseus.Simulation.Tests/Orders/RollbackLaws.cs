using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>What is taken back, what is not, and how far an emergency goes.</summary>
public sealed class RollbackLaws
{
    [Fact]
    public async Task WhatIsTakenBackIsTheReleaseFromBeforeByItsDigest()
    {
        await using var plane = new Plane(nodes: 2, "a");
        var upgrade = await RunAsync(plane, "2.0.0", "a");
        var point = Assert.Single(await plane.Rollback.GetPointsAsync(null, default));
        Assert.Equal((upgrade.Id, "a", ""), (point.Point.Upgrade, point.Point.Component, point.WhyNot));
        Assert.Equal((Plane.Release("1.0.0"), Plane.Release("2.0.0")), (point.Point.From, point.Point.To));

        var back = await plane.Rollback.RollBackAsync(upgrade.Id, "operator", "back", default);

        Assert.Equal(upgrade.Id, back.Request.RollsBack);
        var target = Assert.Single(back.Request.Targets);
        Assert.Equal(("a", "1.0.0", Plane.Release("1.0.0").Digest), (target.Component, target.Version, target.Digest));
        await plane.RunToTheEndAsync();
        Assert.All(plane.Nodes, node => Assert.Equal(Plane.Release("1.0.0"), node.Truth("a").Confirmed));
    }

    [Fact]
    public async Task AfterItsWindowAnUpgradeIsNotTakenBack()
    {
        await using var plane = new Plane(nodes: 1, "a");
        var upgrade = await RunAsync(plane, "2.0.0", "a");

        plane.Advance(new RollbackOptions().Window + TimeSpan.FromMinutes(1));
        await plane.SettleAsync();

        await RefusedAsync(plane, upgrade, "the window for going back is");
    }

    [Fact]
    public async Task WhatWentBackByItselfIsNotTakenBack()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await RunAsync(plane, "2.0.0", "a");
        var bad = await RunBadlyAsync(plane, "3.0.0", "a");

        await RefusedAsync(plane, bad, $"ended as {UpgradeState.RolledBack}");
    }

    [Fact]
    public async Task WhatNoNodeHasAnyLongerIsNotTakenBack()
    {
        await using var plane = new Plane(nodes: 1, "a");
        var first = await RunAsync(plane, "2.0.0", "a");
        await RunAsync(plane, "3.0.0", "a");

        await RefusedAsync(plane, first, "No node has 2.0.0");
    }

    [Fact]
    public async Task AnEmergencyPassesOverWhatWentBackByItself()
    {
        await using var plane = new Plane(nodes: 1, "a");
        var good = await RunAsync(plane, "2.0.0", "a");
        await RunBadlyAsync(plane, "3.0.0", "a");

        var outcome = Assert.Single(await EmergencyAsync(plane));

        Assert.Equal(EmergencyAction.GoesBack, outcome.Action);
        Assert.Equal(good.Id, (await plane.Upgrades.FindAsync(outcome.Upgrade, default))!.Request.RollsBack);
    }

    [Fact]
    public async Task AnEmergencyGoesOneStepAndNotAnotherWhenItIsOrderedTwice()
    {
        await using var plane = new Plane(nodes: 1, "a");
        await RunAsync(plane, "2.0.0", "a");
        await RunAsync(plane, "3.0.0", "a");
        var first = Assert.Single(await EmergencyAsync(plane));
        // While it goes back, and when it has.
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Any(one => one is { Request.RollsBack: not null, IsOnNodes: true }), seconds: 30);
        var second = Assert.Single(await EmergencyAsync(plane));
        await plane.RunToTheEndAsync();
        var third = Assert.Single(await EmergencyAsync(plane));

        Assert.Equal((EmergencyAction.GoesBack, EmergencyAction.GoesBack, EmergencyAction.Refused), (first.Action, second.Action, third.Action));
        Assert.Equal(first.Upgrade, second.Upgrade);
        Assert.Contains("went back already", third.Detail);
        Assert.All(plane.Nodes, node => Assert.Equal(Plane.Release("2.0.0"), node.Truth("a").Confirmed));
    }

    [Fact]
    public async Task AnEmergencyLeavesWhatGoesBackToItself()
    {
        await using var plane = new Plane(nodes: 2, "a");
        var upgrade = await BeginAsync(plane, "2.0.0", "a");
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().Phase == WavePhase.Observing, seconds: 30);
        await plane.Upgrades.RollBackAsync(upgrade.Id, "operator", "back", default);

        var outcome = Assert.Single(await EmergencyAsync(plane));

        Assert.Equal((EmergencyAction.GoesBack, upgrade.Id), (outcome.Action, outcome.Upgrade));
    }

    [Fact]
    public async Task ComponentsThatWentTogetherGoBackTogether()
    {
        await using var plane = new Plane(nodes: 1, "a", "b");
        var upgrade = await RunAsync(plane, "2.0.0", "a", "b");

        var outcomes = await EmergencyAsync(plane);

        Assert.Equal(["a", "b"], outcomes.Select(one => one.Component));
        Assert.All(outcomes, one => Assert.Equal(EmergencyAction.GoesBack, one.Action));
        Assert.Equal(upgrade.Id, (await plane.Upgrades.FindAsync(Assert.Single(outcomes.Select(one => one.Upgrade).Distinct()), default))!.Request.RollsBack);
    }

    [Fact]
    public async Task WhatHasNotBegunOnlyStandsInAnEmergencysWay()
    {
        await using var plane = new Plane(nodes: 1, "a", "b");
        var (a, b) = (await RunAsync(plane, "2.0.0", "a"), await RunAsync(plane, "2.0.0", "b"));
        var waiting = await BeginAsync(plane, "3.0.0", "a", "b");

        var outcomes = await EmergencyAsync(plane);

        Assert.Equal(UpgradeState.Cancelled, (await plane.Upgrades.FindAsync(waiting.Id, default))!.State);
        Assert.All(outcomes, one => Assert.Equal((EmergencyAction.GoesBack, ""), (one.Action, one.Action == EmergencyAction.Refused ? one.Detail : "")));
        var taken = new List<string?>();
        foreach (var outcome in outcomes)
        {
            taken.Add((await plane.Upgrades.FindAsync(outcome.Upgrade, default))!.Request.RollsBack);
        }

        Assert.Equal([a.Id, b.Id], taken);
    }

    [Fact]
    public async Task WhatTakesAnotherOneBackGoesOnWhileTheLineIsStopped()
    {
        await using var plane = new Plane(nodes: 1, "a", "b");
        var (a, b) = (await RunAsync(plane, "2.0.0", "a"), await RunAsync(plane, "2.0.0", "b"));
        var before = await plane.Rollback.RollBackAsync(a.Id, "operator", "back", default);
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Any(one => one.Id == before.Id && one.IsOnNodes), seconds: 30);

        Assert.Empty(await plane.Upgrades.StopTheLineAsync("operator", "it burns", default));
        // What is held up can be set going by an order too.
        await plane.Upgrades.PauseAsync(before.Id, "operator", "wait", default);
        await plane.Upgrades.ResumeAsync(before.Id, "operator", "go on", default);
        var after = await plane.Rollback.RollBackAsync(b.Id, "operator", "back", default);
        await plane.RunToTheEndAsync();

        foreach (var id in (string[])[before.Id, after.Id])
        {
            Assert.Equal(UpgradeState.Completed, (await plane.Upgrades.FindAsync(id, default))!.State);
        }
    }

    private static async Task<UpgradeRecord> BeginAsync(Plane plane, string version, params string[] components)
    {
        await plane.SettleAsync();
        return await plane.Upgrades.StartAsync(Plane.To(version, UpgradeStrategy.Immediate, components), default);
    }

    private static async Task<UpgradeRecord> RunAsync(Plane plane, string version, params string[] components)
    {
        var upgrade = await BeginAsync(plane, version, components);
        await plane.RunToTheEndAsync();
        var ended = (await plane.Upgrades.FindAsync(upgrade.Id, default))!;
        Assert.Equal(UpgradeState.Completed, ended.State);
        return ended;
    }

    private static async Task<UpgradeRecord> RunBadlyAsync(Plane plane, string version, params string[] components)
    {
        plane.Nodes.ToList().ForEach(node => node.Host.IsBad = true);
        var upgrade = await BeginAsync(plane, version, components);
        await plane.RunToTheEndAsync();
        plane.Nodes.ToList().ForEach(node => node.Host.IsBad = false);
        var ended = (await plane.Upgrades.FindAsync(upgrade.Id, default))!;
        Assert.Equal(UpgradeState.RolledBack, ended.State);
        return ended;
    }

    private static Task<IReadOnlyList<EmergencyOutcome>> EmergencyAsync(Plane plane) => plane.Rollback.RollBackInEmergencyAsync([], "operator", "all is lost", default);

    private static async Task RefusedAsync(Plane plane, UpgradeRecord upgrade, string why)
    {
        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => plane.Rollback.RollBackAsync(upgrade.Id, "operator", "back", default));
        Assert.Equal(UpgradeRefusal.NoWayBack, refused.Refusal);
        Assert.Contains(why, refused.Message);
    }
}
