using System.Text.Json;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests;

public sealed class UpgradeStoreLaws
{
    [Fact]
    public async Task WhatIsStoredIsReadBackAfterTheFileWasClosed()
    {
        using var file = new DatabaseFile();
        UpgradeRecord added;
        using (var database = SqliteDatabase.Open(file.Path))
        {
            var store = new SqliteUpgradeStore(database);
            added = await store.AddAsync(DatabaseFile.Upgrade("u1", "a", "b"), DatabaseFile.Entry("asked for"), default);
            var plan = new UpgradePlan
            {
                Moves = [new UpgradeMove("a", new ReleaseId("1.0.0", "aa"), new ReleaseId("2.0.0", "bb"))],
                Strategy = UpgradeStrategy.Canary,
                Waves = [new PlanWave { Name = "canary", Component = "a", Prepare = ["n1"], Activate = [new PlanStep("n1", 0.5)], Observe = TimeSpan.FromMinutes(1), MinimumCalls = 3 }],
                OnFailure = Control.FailureAction.RollBack,
                WhenInconclusive = InconclusiveWave.Pause,
                PrepareDeadline = TimeSpan.FromMinutes(1),
                ActivateDeadline = TimeSpan.FromMinutes(1),
                SettleDeadline = TimeSpan.FromMinutes(1),
            };
            added = added with { Revision = 2, State = UpgradeState.Validating, Plan = plan, Verdicts = [new WaveVerdict(0, WaveJudgement.Pass, "rule", "evidence")] };
            await store.UpdateAsync(added, DatabaseFile.Entry("planned"), [], default);
            await store.WriteLineStopAsync("smoke", DatabaseFile.Entry("stopped", "line"), default);
        }

        using var again = SqliteDatabase.Open(file.Path);
        var reopened = new SqliteUpgradeStore(again);
        var read = await reopened.FindAsync("u1", default);

        Assert.Equal(Json(added), Json(read!));
        Assert.Equal(added.Plan!.Digest, read!.Plan!.Digest);
        Assert.Equal("u1", Assert.Single(await reopened.ReadRunningAsync(default)).Id);
        Assert.Equal("smoke", await reopened.ReadLineStopAsync(default));
    }

    [Fact]
    public async Task AComponentIsInOneUpgradeAtATimeAndFreeAfterItsEnd()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        var first = await store.AddAsync(DatabaseFile.Upgrade("u1", "a", "b"), DatabaseFile.Entry("first"), default);

        var conflict = await Assert.ThrowsAsync<UpgradeConflictException>(() => store.AddAsync(DatabaseFile.Upgrade("u2", "c", "b"), DatabaseFile.Entry("second"), default));

        Assert.Equal("u1", conflict.Upgrade);
        // All or nothing: the component that was free has not been taken.
        await store.AddAsync(DatabaseFile.Upgrade("u3", "c"), DatabaseFile.Entry("third"), default);
        await store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Cancelled }, DatabaseFile.Entry("cancelled"), [], default);
        var second = await store.AddAsync(DatabaseFile.Upgrade("u4", "b"), DatabaseFile.Entry("fourth"), default);
        Assert.True(second.Number > first.Number);
        Assert.True(second.Fence > (first with { Turn = 1000 }).Fence);
    }

    [Fact]
    public async Task OfTwoWritersOneLosesAndLeavesNothing()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        var first = await store.AddAsync(DatabaseFile.Upgrade("u1", "a"), DatabaseFile.Entry("first"), default);
        await store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Validating }, DatabaseFile.Entry("one"), [], default);

        await Assert.ThrowsAsync<UpgradeConflictException>(() => store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Cancelled }, DatabaseFile.Entry("other"), [], default));

        Assert.Equal(UpgradeState.Validating, (await store.FindAsync("u1", default))!.State);
        Assert.DoesNotContain(await new SqliteAudit(database).ReadAsync(null, 10, null, default), record => record.Entry.Why == "other");
    }

    [Fact]
    public async Task ANumberIsAboveThatOfEveryUpgradeBeforeAndNotBelowTheOneAskedFor()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        var numbers = new List<long>();
        foreach (var (component, least) in new[] { ("a", 0L), ("b", 0L), ("c", 40L), ("d", 7L) })
        {
            numbers.Add((await store.AddAsync(DatabaseFile.Upgrade(component, component) with { Number = least }, DatabaseFile.Entry(component), default)).Number);
        }

        Assert.Equal([1, 2, 40, 41], numbers);
    }

    [Fact]
    public async Task UnderOneKeyAnAskerBeginsOneUpgrade()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var store = new SqliteUpgradeStore(database);
        var first = await store.AddAsync(WithKey("u1", "k", "a"), DatabaseFile.Entry("first"), default);

        var again = await store.AddAsync(WithKey("u2", "k", "a"), DatabaseFile.Entry("second"), default);

        Assert.Equal(Json(first), Json(again));
        Assert.DoesNotContain(await new SqliteAudit(database).ReadAsync(null, 10, null, default), record => record.Entry.Why == "second");
        var reused = await Assert.ThrowsAsync<UpgradeConflictException>(() => store.AddAsync(WithKey("u3", "k", "b"), DatabaseFile.Entry("third"), default));
        Assert.True(reused.IsKeyReused);
        var other = WithKey("u4", "k", "b");
        var others = await store.AddAsync(other with { Request = other.Request with { RequestedBy = "another" } }, DatabaseFile.Entry("fourth"), default);
        Assert.Equal("u4", others.Id);
        Assert.Equal(2, (await store.CountAsync(default))[UpgradeState.Pending]);
    }

    private static UpgradeRecord WithKey(string id, string key, string component)
    {
        var upgrade = DatabaseFile.Upgrade(id, component);
        return upgrade with { Request = upgrade.Request with { Key = key } };
    }

    private static string Json(UpgradeRecord record) => JsonSerializer.Serialize(record, UpgradeJson.Default.UpgradeRecord);
}
