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

    private static AuditEntry Entry(string subject) => new(Scenes.Start, "operator", subject, "", "there", "test");
}
