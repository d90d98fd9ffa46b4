using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of going back, on demand and in an emergency.</summary>
public sealed class RollbackScenarios
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private static int LimitOf(Samples.IRateLimiter limiter) => limiter.TryAcquire(Guid.NewGuid().ToString("n"), 1).Remaining + 1;

    [Fact]
    public async Task AnUpgradeThatHasEndedIsTakenBackOnDemandCodeAndConfigurationTogether()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true);
        var upgrade = await fleet.RunAsync(Limiter("2.0.0", limit: "9"));
        Assert.True(upgrade.State == UpgradeState.Completed, upgrade.Detail);
        Assert.All(fleet.Limiters, limiter => Assert.Equal(9, LimitOf(limiter)));
        fleet.Limiters[0].TryAcquire("somebody", 5);

        var back = await fleet.EndOfAsync((await fleet.Plane.Rollback.RollBackAsync(upgrade.Id, "operator", "too generous", s_none)).Id);

        Assert.True(back.State == UpgradeState.Completed, back.Detail);
        Assert.Equal(upgrade.Id, back.Request.RollsBack);
        Assert.All(fleet.Limiters, limiter => Assert.Equal(7, LimitOf(limiter)));
        // What happened meanwhile is kept: the state was brought back by its migration.
        Assert.Equal(5, fleet.Limiters[0].Snapshot()["somebody"]);
        await fleet.UntilAsync("rate-limiter", found => found.CurrentVersion!.Major == 1);
        var again = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Rollback.RollBackAsync(upgrade.Id, "operator", "", s_none));
        Assert.Equal(UpgradeRefusal.NoWayBack, again.Refusal);
        // What was taken back is not taken again by itself.
        var byItself = await fleet.RunAsync(Limiter("2.0.0", limit: "9") with { IsManual = false });
        Assert.Equal(UpgradeState.Failed, byItself.State);
        Assert.Contains("rolled back", byItself.Detail);
    }

    [Fact]
    public async Task TheStateFromBeforeIsGoneBackToOnDemand()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true);
        Assert.All(fleet.Limiters, limiter => Assert.True(limiter.TryAcquire("somebody", 3).Granted));
        var upgrade = await fleet.RunAsync(Limiter("2.0.0", limit: "9"));
        Assert.True(upgrade.State == UpgradeState.Completed, upgrade.Detail);
        Assert.All(fleet.Limiters, limiter => Assert.True(limiter.TryAcquire("somebody", 2).Granted));
        Assert.All(fleet.Limiters, limiter => Assert.Equal(5, limiter.Snapshot()["somebody"]));
        var offer = Assert.Single(await fleet.Plane.Rollback.GetPointsAsync("rate-limiter", s_none));
        Assert.Equal(["node1", "node2"], offer.StateKeptOn.Order());

        var asked = await fleet.Plane.Rollback.RollBackAsync(upgrade.Id, "operator", "it counted wrongly", ReturningState.FromBefore, s_none);
        var back = await fleet.EndOfAsync(asked.Id);

        Assert.True(back.State == UpgradeState.Completed, back.Detail);
        Assert.Equal(upgrade.Id, Assert.Single(back.Plan!.Moves).Restores);
        Assert.Contains("was given up for that from before", back.Irreversible);
        Assert.All(fleet.Limiters, limiter => Assert.Equal(3, limiter.Snapshot()["somebody"]));
        Assert.All(fleet.Limiters, limiter => Assert.Equal(7, LimitOf(limiter)));
    }

    [Fact]
    public async Task AStateThatNobodyKeepsIsNotPromised()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, withLimiter: true);
        var upgrade = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        Assert.True(upgrade.State == UpgradeState.Completed, upgrade.Detail);

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Rollback.RollBackAsync(upgrade.Id, "operator", "", ReturningState.FromBefore, s_none));

        Assert.Equal(UpgradeRefusal.NoWayBack, refused.Refusal);
        Assert.Contains("No node keeps a state from before", refused.Message);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("1.6", renderer.Engine));
    }

    [Fact]
    public async Task SettingsAreUpgradedAlone()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true);

        var changed = await fleet.RunAsync(Limiter("1.0.0", limit: "8"));
        var same = await fleet.RunAsync(Limiter("1.0.0", limit: "8"));

        Assert.True(changed.State == UpgradeState.Completed, changed.Detail);
        Assert.All(fleet.Limiters, limiter => Assert.Equal(8, LimitOf(limiter)));
        Assert.Equal(UpgradeState.Failed, same.State);
        Assert.Contains("serves already", same.Detail);
    }

    [Fact]
    public async Task ARollbackPointIsThereBeforeTheFirstActivationAndUsableForAWhile()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, configure: options => options.Rollback.Window = TimeSpan.FromMilliseconds(1));
        var upgrade = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("2.0.0", new ImmediateParameters()) with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromHours(1) } }, s_none);
        await fleet.UntilAsync(upgrade.Id, now => now.State == UpgradeState.InProgress);

        var (point, whyNot) = Assert.Single(await fleet.Plane.Rollback.GetPointsAsync("markdown", s_none));
        Assert.Equal(("1.0.0", "2.0.0", upgrade.Id), (point.From.Version, point.To.Version, point.Upgrade));
        Assert.Equal(("node1", point.From, null), (point.Nodes[0].Node, point.Nodes[0].Stable, point.Nodes[0].Trial));
        Assert.Contains("has not ended", whyNot);
        await fleet.UntilAsync(upgrade.Id, now => now.Phase == WavePhase.Observing);
        await fleet.Plane.Upgrades.PromoteAsync(upgrade.Id, "operator", "", s_none);
        await fleet.EndOfAsync(upgrade.Id);

        var late = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Rollback.RollBackAsync(upgrade.Id, "operator", "late", s_none));
        Assert.Equal(UpgradeRefusal.NoWayBack, late.Refusal);
        Assert.Contains("window", late.Message);
    }

    [Fact]
    public async Task TriggerEmergencyRollback()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true);
        var done = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        Assert.True(done.State == UpgradeState.Completed, done.Detail);
        var running = await fleet.Plane.Upgrades.StartAsync(Limiter("2.0.0", limit: "9") with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromHours(1) } }, s_none);
        await fleet.UntilAsync(running.Id, now => now.Phase == WavePhase.Observing);
        await fleet.Plane.Upgrades.StopTheLineAsync("operator", "smoke", s_none);

        var outcomes = await fleet.Plane.Rollback.RollBackInEmergencyAsync([], "operator", "smoke", s_none);

        Assert.Equal(["markdown", "rate-limiter"], outcomes.Select(one => one.Component));
        Assert.All(outcomes, one => Assert.True(one.Action == EmergencyAction.GoesBack, one.Detail));
        foreach (var outcome in outcomes)
        {
            var ended = await fleet.EndOfAsync(outcome.Upgrade);
            Assert.True(ended.State == (outcome.Component == "markdown" ? UpgradeState.Completed : UpgradeState.RolledBack), ended.Detail);
        }

        Assert.All(fleet.Renderers, renderer => Assert.Contains("0.31", renderer.Engine));
        Assert.All(fleet.Limiters, limiter => Assert.Equal(7, LimitOf(limiter)));
        var record = await fleet.Plane.Audit.ReadAsync(null, 100, outcomes[0].Upgrade, s_none);
        Assert.Contains(record, one => one.Entry.Why.Contains("smoke", StringComparison.Ordinal));
        // Ordered twice, it does not go back twice.
        var again = await fleet.Plane.Rollback.RollBackInEmergencyAsync([], "operator", "smoke", s_none);
        Assert.All(again, one => Assert.Equal(EmergencyAction.Refused, one.Action));
    }

    [Fact]
    public async Task EmergencyRollbackWithoutARollbackPoint()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, withLimiter: true);
        await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));

        var outcomes = await fleet.Plane.Rollback.RollBackInEmergencyAsync(["markdown", "rate-limiter", "nothing"], "operator", "smoke", s_none);

        Assert.Equal([EmergencyAction.GoesBack, EmergencyAction.Refused, EmergencyAction.Refused], outcomes.OrderBy(one => one.Component == "markdown" ? 0 : 1).Select(one => one.Action));
        Assert.All(outcomes.Where(one => one.Action == EmergencyAction.Refused), one => Assert.Contains(one.Component, one.Detail));
        await fleet.EndOfAsync(outcomes.Single(one => one.Component == "markdown").Upgrade);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("0.31", renderer.Engine));
    }

    [Fact]
    public async Task AfterSomeRollbacksInARowNoneBeginsByItself()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, configure: options => options.Rollback.MostInARow = 1);
        var bad = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("9.1.0", new ImmediateParameters()) with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromMinutes(5) } }, s_none);
        await fleet.UntilAsync(bad.Id, now => now.Phase == WavePhase.Observing);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("<table>", renderer.Render("| a |\n| --- |\n| b |\n")));
        var ended = await fleet.EndOfAsync(bad.Id);
        Assert.Equal((UpgradeState.RolledBack, "theseus"), (ended.State, ended.TakenBackBy));

        var byItself = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()) with { IsManual = false });
        Assert.Equal(UpgradeState.Failed, byItself.State);
        Assert.Contains("took themselves back", byItself.Detail);

        var asked = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        Assert.True(asked.State == UpgradeState.Completed, asked.Detail);
    }

    [Fact]
    public async Task StatusAndStatistics()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1);
        await fleet.RunAsync(Fleet.To("7.7.7", new ImmediateParameters()));
        var first = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        var running = await fleet.Plane.Rollback.RollBackAsync(first.Id, "operator", "", s_none);
        await fleet.EndOfAsync(running.Id);

        var statistics = await fleet.Plane.Upgrades.GetStatisticsAsync(s_none);

        Assert.Equal((3L, 0L, 1.0, 0.0), (statistics.Total, statistics.Running, statistics.SuccessRate, statistics.RollbackRate));
        Assert.Equal(1, statistics.ByState[UpgradeState.Failed]);
        Assert.Equal(statistics.Total, (await fleet.Plane.Upgrades.GetHistoryAsync(null, 100, s_none)).Count);
    }

    private static UpgradeRequest Limiter(string version, string limit) => Fleet.To(version, new ImmediateParameters()) with
    {
        Targets = [new UpgradeTarget("rate-limiter", version) { Settings = new Dictionary<string, string> { ["Limit"] = limit } }],
    };
}
