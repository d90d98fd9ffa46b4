using Microsoft.Data.Sqlite;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests;

/// <summary>A database that another program keeps locked is refused after a while, with what to do; nothing of it is changed, and it opens once it is free.</summary>
public sealed class LockLaws : IDisposable
{
    private readonly DatabaseFile _file = new();

    public LockLaws()
    {
        SQLitePCL.Batteries_V2.Init();
        _file.Meddle(FilledDatabase.Earlier);
    }

    /// <summary>Keeps everybody out; lets others read; keeps the log and its index for itself.</summary>
    public static TheoryData<string> Locks => ["PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE", "BEGIN IMMEDIATE", "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE mine (x); DROP TABLE mine"];

    [Theory]
    [MemberData(nameof(Locks))]
    public async Task LockedAtTheStartItIsLeftAsItWasAndIsBroughtUpOnceItIsFree(string taking)
    {
        using (var other = Take(taking))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(_file.Path, null, default));

            Assert.Equal(StorageFault.Locked, refused.Fault);
            Assert.Contains($"'{_file.Path}'", refused.Message);
            Assert.Contains("End it", refused.Message);
            // By the one who has it: of what leads from its version to the next there is nothing.
            Assert.Equal(3L, Ask(other, "PRAGMA user_version"));
            Assert.Equal(0L, Ask(other, "SELECT count(*) FROM sqlite_schema WHERE name IN ('nodes', 'landed_upgrades', 'keyed_requests')"));
        }

        await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
        Assert.Equal(11, (await store.Upgrades.ReadNewestAsync(null, 100, default)).Count);
        Assert.Empty((await store.Audit.VerifyAsync(null, default)).Problems);
        Assert.Empty(await store.Nodes.ReadAllAsync(default));
    }

    [Theory]
    [MemberData(nameof(Locks))]
    public async Task WhoFreesItInTimeIsWaitedFor(string taking)
    {
        var other = Take(taking);
        var opening = Task.Run(() => ControlStore.OpenAsync(_file.Path, null, default));
        // However the two meet: within its waiting it goes on.
        await Task.Yield();
        other.Dispose();

        await using var store = await opening.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(11, (await store.Upgrades.ReadNewestAsync(null, 100, default)).Count);
    }

    [Fact]
    public async Task AReaderKeepsNobodyOut()
    {
        await (await ControlStore.OpenAsync(_file.Path, null, default)).DisposeAsync();
        using var other = Take("BEGIN; SELECT count(*) FROM upgrades");

        await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
        await store.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("stopped", "line"), default);

        Assert.Equal("smoke", await store.Upgrades.ReadLineStopAsync(default));
    }

    public void Dispose() => _file.Dispose();

    private SqliteConnection Take(string statements)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file.Path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute(statements);
        return connection;
    }

    private static long Ask(SqliteConnection connection, string query) => (long)connection.Scalar(query)!;
}
