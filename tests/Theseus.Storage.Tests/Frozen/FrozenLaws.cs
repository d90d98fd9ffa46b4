using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Servers;
using Theseus.Storage.Postgres;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests.Frozen;

/// <summary>What earlier versions have written is brought up to the present, read as a whole, and gone on with.</summary>
public sealed class FrozenLaws(Stores stores)
{
    private static readonly string[] s_running = ["in-progress", "paused", "awaiting", "rolling-back", "confirming", "pending"];

    public static TheoryData<string> Files => [.. FrozenFile.Names];

    public static TheoryData<string> FilesWithKeys => [.. FrozenFile.Names.Where(name => FrozenFile.Read(name).KeepsPoints)];

    [Fact]
    public void ThereIsAFrozenFileOfEveryVersionBeforeThePresentOne()
    {
        var there = FrozenFile.Names.Select(FrozenFile.Read).Select(file => (file.Kind, file.Version)).ToHashSet();
        (StoreKind, int)[] needed = [.. Versions(StoreKind.Sqlite, SqliteSchema.Version), .. Versions(StoreKind.Postgres, PostgresSchema.Version)];

        var missing = needed.Where(one => !there.Contains(one)).ToList();

        Assert.True(missing.Count == 0, $"A step of the schema was added, and there is no frozen file of the version before it: {string.Join(", ", missing)}. Frozen/README.md says how it is made.");

        static IEnumerable<(StoreKind, int)> Versions(StoreKind kind, int present) => Enumerable.Range(1, present - 1).Select(version => (kind, version));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EveryUpgradeIsReadWithNothingOfItMissing(string name)
    {
        await using var store = await OpenAsync(name);

        var all = await store.Upgrades.ReadNewestAsync(null, 100, default);

        Assert.All(all, Whole.Check);
        Assert.Equal(["pending", "confirming", "rolling-back", "awaiting", "paused", "in-progress", "cancelled", "failed", "rollback-failed", "rolled-back", "completed"], all.Select(one => one.Id));
        Assert.Equal(Enumerable.Range(1, 11).Reverse().Select(number => (long)number), all.Select(one => one.Number));
        Assert.Equal(s_running, (await store.Upgrades.ReadRunningAsync(default)).Select(one => one.Id));
        Assert.All(all, one => Assert.Equal($"'{one.Id}' is wanted \0 – ü 🛠", one.Request.Reason));
        Assert.All(all, one => Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(2)), (one.Request.Parameters.Observe, one.Request.Parameters.RetireDeadline)));
        Assert.All(all.Where(one => one.Plan is not null), one => Assert.Equal(TimeSpan.FromMinutes(2), one.Plan!.RetireDeadline));
        Assert.All(all.Where(one => !one.HasEnded && one.Plan is not null), one => Assert.Equal("2.0.0", one.Plan!.Moves.Single().To.Version));
        Assert.All(await store.Upgrades.CountAsync(default), one => Assert.Equal(1, one.Value));
        Assert.Null(await store.Upgrades.ReadLineStopAsync(default));
        foreach (var (component, landed) in new[] { ("prices", "completed"), ("taxes", "rolled-back"), ("stock", "rollback-failed"), ("search", ""), ("mail", "") })
        {
            Assert.Equal(landed, string.Join(",", (await store.Upgrades.ReadLandedAsync(component, null, 9, default)).Select(one => one.Id)));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task WhatItKeptBesideUpgradesIsReadToo(string name)
    {
        await using var store = await OpenAsync(name);
        var file = FrozenFile.Read(name);

        var components = await store.Components.ReadAllAsync(default);
        var points = await store.Points.ReadPointsAsync(null, default);
        var tokens = await store.Tokens.ReadAllAsync(default);

        Assert.All(components, Whole.Check);
        Assert.All(points, Whole.Check);
        Assert.All(tokens, Whole.Check);
        Assert.Equal(file.KeepsComponents ? ["mail", "prices", "quotes", "search", "stock", "taxes"] : [], components.Select(one => one.Name).Order());
        Assert.Equal(file.KeepsComponents ? 2 : 0, (await store.Components.ReadHistoryAsync("prices", 9, default)).Count);
        Assert.All(components, one => Assert.Equal((2, "1.0.0", ComponentLifecycle.Active), (one.Revision, one.CurrentVersion!.ToString(), one.Lifecycle)));
        Assert.Equal(file.KeepsPoints ? ["confirming", "rolling-back", "paused", "in-progress", "rollback-failed", "rolled-back", "completed"] : [], points.Select(one => one.Upgrade));
        Assert.Equal(file.KeepsPoints ? ["1a", "2b", "3c"] : [], tokens.Select(one => one.Id));
        Assert.Equal(file.KeepsPoints ? [true, true, false] : [], tokens.Select(one => one.IsValidAt(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero))));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task ItsAuditIsWholeAndTakesWhatComesNew(string name)
    {
        await using var store = await OpenAsync(name);
        var before = await store.Audit.VerifyAsync(null, default);
        Assert.Empty(before.Problems);
        Assert.True(before.Records >= 50);

        var added = await store.Upgrades.AddAsync(Sample.Upgrade("new", "fresh"), Sample.Entry("new"), default);
        var busy = await Assert.ThrowsAsync<UpgradeConflictException>(() => store.Upgrades.AddAsync(Sample.Upgrade("other", "prices"), Sample.Entry("no"), default));
        foreach (var (id, lease) in s_running.Select(id => (id, store.Leases.TryTakeAsync(id, "plane two", TimeSpan.FromHours(1), default))))
        {
            var upgrade = (await store.Upgrades.FindAsync(id, default))!;
            await store.Upgrades.UpdateAsync(upgrade with { Revision = upgrade.Revision + 1, State = UpgradeState.RolledBack, DrivenUnder = (await lease)!.Token }, Sample.Entry("on", id), [], default);
        }

        await store.Components.TrySaveAsync(new ComponentDescriptor { Name = "fresh", Contract = new("Shop.IFresh", "Shop.Contract", null), Revision = 1 }, null, Sample.Entry("fresh"), default);
        Assert.Equal((12, "in-progress"), (added.Number, busy.Upgrade));
        Assert.Equal(["new"], (await store.Upgrades.ReadRunningAsync(default)).Select(one => one.Id));
        var after = await store.Audit.VerifyAsync(before.Hash, default);
        Assert.Empty(after.Problems);
        Assert.Equal(before.Records + 8, after.Records);
        await store.ReopenAsync();
        Assert.Equal(["paused", "rolled-back"], (await store.Upgrades.ReadLandedAsync("taxes", null, 9, default)).Select(one => one.Id));
    }

    [Theory]
    [MemberData(nameof(FilesWithKeys))]
    public async Task ARequestThatIsRepeatedUnderItsKeyIsTheUpgradeThatItBeganThen(string name)
    {
        await using var store = await OpenAsync(name);
        var request = new UpgradeRequest
        {
            Targets = [new UpgradeTarget("prices", "2.0.0")],
            Parameters = new CanaryParameters
            {
                Nodes = Amount.Nodes(1), Share = 0.5, Observe = TimeSpan.FromSeconds(3), PrepareDeadline = TimeSpan.FromSeconds(20), ActivateDeadline = TimeSpan.FromSeconds(10), SettleDeadline = TimeSpan.FromSeconds(20),
            },
            RequestedBy = "operator",
            Reason = "'in-progress' is wanted \0 – ü 🛠",
            Key = "key-in-progress",
        };

        Assert.Equal("in-progress", (await store.Upgrades.FindByKeyAsync(request, default))!.Id);
        await Assert.ThrowsAsync<UpgradeConflictException>(() => store.Upgrades.FindByKeyAsync(request with { Reason = "another" }, default));
    }

    /// <summary>Makes the database that a file was, and opens it.</summary>
    private async Task<TestedStore> OpenAsync(string name)
    {
        var frozen = FrozenFile.Read(name);
        if (frozen.Kind == StoreKind.Postgres)
        {
            var address = await (await stores.PostgresAsync()).CreateDatabaseAsync();
            await PostgresServer.ExecuteAsync(address, frozen.Text);
            Assert.Equal(frozen.Version, await VersionAsync(new NpgsqlConnection(address), "SELECT version FROM ledger"));
            return await TestedStore.OpenAsync(address, statement => PostgresServer.ExecuteAsync(address, statement), () => { });
        }

        SQLitePCL.Batteries_V2.Init();
        var file = new DatabaseFile();
        file.Meddle(frozen.Text);
        Assert.Equal(frozen.Version, await VersionAsync(new SqliteConnection($"Data Source={file.Path};Pooling=false"), "PRAGMA user_version"));
        return await TestedStore.OpenAsync(file.Path, _ => Task.CompletedTask, file.Dispose);
    }

    private static async Task<int> VersionAsync(DbConnection database, string query)
    {
        await using var connection = database;
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
