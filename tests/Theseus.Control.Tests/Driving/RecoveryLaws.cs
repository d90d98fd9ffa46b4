using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Driving;

/// <summary>What a control plane finishes that its predecessor had stored and not done.</summary>
public sealed class RecoveryLaws
{
    [Theory]
    [InlineData(UpgradeState.Preparing, UpgradeState.Paused)]
    [InlineData(UpgradeState.InProgress, UpgradeState.Paused)]
    [InlineData(UpgradeState.Confirming, UpgradeState.Paused)]
    [InlineData(UpgradeState.RollingBack, UpgradeState.RollingBack)]
    public async Task WhatGoesForwardIsPausedWhereItsPredecessorDiedWithTheLineStopped(UpgradeState found, UpgradeState left)
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        await store.AddAsync(Scenes.Upgrade(found, WavePhase.Observing), Entry("u1"), default);
        // The first of its steps, and it died before the others.
        await store.WriteLineStopAsync("smoke", Entry("line"), default);
        var driven = new DrivenUpgrades(store, new InProcessChannel(), new HealthJudge(), new ManualTimeProvider(), NullLogger.Instance);

        await driven.RecoverAsync(default);

        Assert.Equal("smoke", driven.LineStop);
        Assert.Equal(left, Assert.Single(await store.ReadRunningAsync(default)).State);
    }

    [Theory]
    [InlineData(null)] // none was known when it was asked for
    [InlineData("node1")]
    public async Task WhatAPredecessorWasCheckingIsCheckedAgainOnceNodesHadTheTimeToBeHeardOf(string? node)
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        var upgrade = Scenes.Upgrade(UpgradeState.Validating) with { Plan = null };
        await store.AddAsync(upgrade with { KnownNodes = node is null ? [] : [node] }, Entry("u1"), default);
        var time = new ManualTimeProvider();
        var checks = 0;
        var driven = new DrivenUpgrades(store, new InProcessChannel(), new HealthJudge(), time, NullLogger.Instance) { OnToBeChecked = _ => checks++ };
        await driven.RecoverAsync(default);

        await driven.AdvanceAllAsync(default);
        Assert.Equal(0, checks);
        driven.Take(new NodeReport { Node = "node1", Incarnation = "p", StartedAt = time.GetUtcNow(), Sequence = 1, Components = [] });
        await driven.AdvanceAllAsync(default);
        Assert.Equal(node is null ? 0 : 1, checks);
        time.Advance(TimeSpan.FromSeconds(5));
        await driven.AdvanceAllAsync(default);
        Assert.Equal(node is null ? 1 : 2, checks);
    }

    [Fact]
    public async Task AnUpgradeThatCouldNotBePausedWhenTheLineWasStoppedIsPausedAtTheNextLook()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        await store.AddAsync(Scenes.Upgrade(UpgradeState.InProgress, WavePhase.Observing), Entry("u1"), default);
        var other = Scenes.Upgrade(UpgradeState.InProgress, WavePhase.Observing, components: "b") with { Id = "u2", Number = 4 };
        await store.AddAsync(other, Entry("u2"), default);
        var faulty = new StoreThatFails(store);
        var driven = new DrivenUpgrades(faulty, new InProcessChannel(), new HealthJudge(), new ManualTimeProvider(), NullLogger.Instance);
        await driven.RecoverAsync(default);

        faulty.FailsFor = "u1";
        var paused = await driven.StopLineAsync("smoke", "operator", default);
        Assert.Equal(["u2"], paused);
        faulty.FailsFor = null;
        await driven.AdvanceAllAsync(default);

        Assert.All(await store.ReadRunningAsync(default), upgrade => Assert.Equal(UpgradeState.Paused, upgrade.State));
    }

    private static AuditEntry Entry(string subject) => new(Scenes.Start, "operator", subject, "", "there", "test");
}
