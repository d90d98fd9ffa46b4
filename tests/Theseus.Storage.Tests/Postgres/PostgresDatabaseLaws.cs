using System.Text.Json;
using Npgsql;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Servers;
using Theseus.Storage.Postgres;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>A database that cannot be used is refused with what to do, and not touched.</summary>
public sealed class PostgresDatabaseLaws(Stores stores)
{
    [Fact]
    public async Task OfManyThatStartAtOnceOneMakesTheTables()
    {
        var address = await (await stores.PostgresAsync()).CreateDatabaseAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ControlStore.OpenAsync(address, null, default))));

        for (var i = 0; i < opened.Length; i++)
        {
            await opened[i].Upgrades.AddAsync(Sample.Upgrade($"u{i}", $"c{i}"), Sample.Entry("first"), default);
        }

        Assert.Equal((8, 0), await opened[0].Audit.VerifyAsync(null, default) is var audit ? (audit.Records, audit.Problems.Count) : default);
        foreach (var one in opened)
        {
            await one.DisposeAsync();
        }
    }

    public static TheoryData<int> EarlierVersions => [.. Enumerable.Range(0, PostgresSchema.Version)];

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public async Task ADatabaseOfAnyEarlierVersionIsBroughtUpToDateWithWhatIsInIt(int version)
    {
        var address = await (await stores.PostgresAsync()).CreateDatabaseAsync();
        await using (var connection = new NpgsqlConnection(address))
        {
            await connection.OpenAsync();
            await PostgresSchema.BringAsync(connection, "it", version, default);
        }

        if (version > 0)
        {
            var record = JsonSerializer.Serialize(Sample.Upgrade("old", "a") with { Number = 7 }, UpgradeJson.Default.UpgradeRecord);
            await PostgresServer.ExecuteAsync(
                address, $"INSERT INTO upgrades (number, id, revision, state, has_ended, record) VALUES (7, 'old', 1, 'Pending', false, '{record}')", "UPDATE ledger SET number = 7", "INSERT INTO components_in_upgrade VALUES ('a', 'old')");
        }

        await using var store = await ControlStore.OpenAsync(address, null, default);

        Assert.Equal(version > 0 ? ["old"] : [], (await store.Upgrades.ReadRunningAsync(default)).Select(one => one.Id));
        Assert.Equal(version > 0 ? 8 : 1, (await store.Upgrades.AddAsync(Sample.Upgrade("new", "b"), Sample.Entry("new"), default)).Number);
        Assert.NotNull(await store.Leases.TryTakeAsync("new", "one", TimeSpan.FromHours(1), default));
        Assert.Empty(await store.RollbackPoints.ReadPointsAsync(null, default));
        Assert.Empty(await store.Tokens.ReadAllAsync(default));
    }

    [Fact]
    public async Task ANewerDatabaseIsRefusedAtTheStartAndBesideARunningOlderTheseus()
    {
        await using var database = await stores.OpenAsync(StoreKind.Postgres);
        await database.MeddleAsync("UPDATE ledger SET version = 999");

        var refused = await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(database.Address, null, default));
        Assert.Equal(StorageFault.Newer, refused.Fault);
        Assert.Contains("newer", refused.Message);
        var stopped = await Assert.ThrowsAsync<StorageException>(() => database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default));
        Assert.Equal(StorageFault.Newer, stopped.Fault);

        await database.MeddleAsync($"UPDATE ledger SET version = {PostgresSchema.Version}");
        Assert.Empty(await database.Upgrades.ReadRunningAsync(default));
    }

    [Fact]
    public async Task AnotherProgramsDatabaseIsLeftAlone()
    {
        var address = await (await stores.PostgresAsync()).CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(address, "CREATE TABLE theirs (x integer)");

        Assert.Equal(StorageFault.Damaged, (await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(address, null, default))).Fault);

        await PostgresServer.ExecuteAsync(address, "INSERT INTO theirs VALUES (1)", "CREATE TABLE ledger (y integer)", "DROP TABLE ledger", "CREATE SCHEMA ours");
        await using var beside = await ControlStore.OpenAsync($"{address};Search Path=ours", null, default);
        await beside.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
    }

    [Fact]
    public async Task WhoeverMayNotMakeTablesServesOnThoseThatAreThere()
    {
        var server = await stores.PostgresAsync();
        await using var owners = await stores.OpenAsync(StoreKind.Postgres);
        var (owner, daily) = (new NpgsqlConnectionStringBuilder(owners.Address), $"daily{Guid.NewGuid():N}");
        await PostgresServer.ExecuteAsync(server.ConnectionString(), $"CREATE ROLE {daily} LOGIN PASSWORD '{owner.Password}'", $"GRANT CONNECT ON DATABASE {owner.Database} TO {daily}");
        await PostgresServer.ExecuteAsync(owners.Address, $"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {daily}", $"GRANT DELETE ON components_in_upgrade, upgrade_leases, settings, rollback_points, tasks, node_claims, evidence TO {daily}");

        await using var store = await ControlStore.OpenAsync(new NpgsqlConnectionStringBuilder(owners.Address) { Username = daily }.ConnectionString, null, default);

        var upgrade = await store.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        await store.Upgrades.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Cancelled }, Sample.Entry("second"), [], default);
        await store.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("third"), default);
        await store.RollbackPoints.TrimAsync(1, DateTimeOffset.UnixEpoch, point => Sample.Entry("trimmed", point.Upgrade), default);
        await store.Tasks.TrimAsync(DateTimeOffset.UnixEpoch, 1, 1, default);
        await store.Nodes.ClaimAsync(new NodeReport { Node = "n1", Incarnation = "a", StartedAt = DateTimeOffset.UnixEpoch, Sequence = 1, Components = [] }, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(3, (await owners.Audit.VerifyAsync(null, default)).Records);
    }

    [Fact]
    public async Task WhatIsWrongWithTheWayThereIsSaidWithoutThePassword()
    {
        var address = await (await stores.PostgresAsync()).CreateDatabaseAsync();
        var faults = new List<(StorageFault, string)>();
        foreach (var wrong in new Action<NpgsqlConnectionStringBuilder>[] { one => one.Password = "wrong-secret", one => one.Database = "none", one => one.SearchPath = "none" })
        {
            var builder = new NpgsqlConnectionStringBuilder(address);
            wrong(builder);
            var refused = await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(builder.ConnectionString, null, default));
            faults.Add((refused.Fault, refused.ToString()));
        }

        Assert.All(faults, fault => Assert.Equal(StorageFault.NotPermitted, fault.Item1));
        Assert.DoesNotContain(faults, fault => fault.Item2.Contains("wrong-secret", StringComparison.Ordinal) || fault.Item2.Contains(new NpgsqlConnectionStringBuilder(address).Password!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=db;Password=geheim;Prot=1")]
    [InlineData("Host=db;Port=geheim")]
    [InlineData("Host=;Password=geheim")]
    [InlineData("postgres://theseus:geheim@db/theseus")]
    public async Task AConnectionStringThatCannotBeReadIsRefusedWithoutBeingShown(string store)
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => ControlStore.OpenAsync(store, null, default));

        Assert.Contains("Host=db.example.org", refused.Message);
        Assert.DoesNotContain("geheim", refused.ToString());
    }
}
