using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control.Upgrades;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests;

/// <summary>A database that cannot be used is refused with what to do, and not touched.</summary>
public sealed class DatabaseLaws
{
    [Fact]
    public void ANewerDatabaseIsRefused()
    {
        using var file = new DatabaseFile();
        SqliteDatabase.Open(file.Path).Dispose();
        file.Meddle("PRAGMA user_version = 999");

        var refused = Assert.Throws<StorageException>(() => SqliteDatabase.Open(file.Path));

        Assert.Equal(StorageFault.Newer, refused.Fault);
        Assert.Contains("newer", refused.Message);
    }

    public static TheoryData<int> EarlierVersions => [.. Enumerable.Range(0, SqliteSchema.Version)];

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public async Task ADatabaseOfAnyEarlierVersionIsBroughtUpToDateWithWhatIsInIt(int version)
    {
        using var file = new DatabaseFile();
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file.Path, Pooling = false }.ToString()))
        {
            connection.Open();
            SqliteSchema.Bring(connection, file.Path, upTo: version);
        }

        if (version > 0)
        {
            var record = JsonSerializer.Serialize(Sample.Upgrade("old", "a") with { Number = 1 }, UpgradeJson.Default.UpgradeRecord);
            file.Meddle($"INSERT INTO upgrades (id, revision, state, has_ended, record) VALUES ('old', 1, 'Pending', 0, '{record}'); INSERT INTO components_in_upgrade VALUES ('a', 'old')");
        }

        using var database = SqliteDatabase.Open(file.Path);
        var store = new SqliteUpgradeStore(database);
        Assert.Equal(version > 0 ? 1 : 0, (await store.ReadRunningAsync(default)).Count);
        await store.AddAsync(Sample.Upgrade("new", "b"), Sample.Entry("new"), default);
        Assert.Empty(await new SqliteRollbackPoints(database).ReadPointsAsync(null, default));
        Assert.Empty(await new SqliteTokenStore(database).ReadAllAsync(default));
    }

    [Fact]
    public void AnotherProgramsDatabaseIsLeftAlone()
    {
        using var file = new DatabaseFile();
        file.Meddle("CREATE TABLE theirs (x)");

        Assert.Equal(StorageFault.Damaged, Assert.Throws<StorageException>(() => SqliteDatabase.Open(file.Path)).Fault);

        file.Meddle("INSERT INTO theirs VALUES (1)");
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsRefused()
    {
        using var file = new DatabaseFile();
        File.WriteAllText(file.Path, new string('x', 5000));

        Assert.Equal(StorageFault.Damaged, Assert.Throws<StorageException>(() => SqliteDatabase.Open(file.Path)).Fault);
    }

    [Fact]
    public void AFolderThatIsNotThereIsSaidToBeMissing()
    {
        using var file = new DatabaseFile();

        var refused = Assert.Throws<StorageException>(() => SqliteDatabase.Open(Path.Combine(Path.GetDirectoryName(file.Path)!, "none", "theseus.db")));

        Assert.Equal(StorageFault.NotPermitted, refused.Fault);
    }

    [Fact]
    public async Task AFullDiskLeavesNothingHalfWritten()
    {
        using var file = new DatabaseFile();
        using var database = SqliteDatabase.Open(file.Path);
        var store = new SqliteUpgradeStore(database);
        await store.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        // SQLite answers as it does for a full disk when the file may not grow.
        await database.ReadAsync(connection => connection.Scalar("PRAGMA max_page_count = 1"), default);

        var full = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await store.AddAsync(Sample.Upgrade($"full{i}", $"c{i}"), Sample.Entry("more"), default);
            }
        });

        Assert.Equal(StorageFault.Full, full.Fault);
        var stored = await store.ReadRunningAsync(default);
        var audit = await new SqliteAudit(database).VerifyAsync(null, default);
        Assert.Empty(audit.Problems);
        Assert.Equal(stored.Count, audit.Records);
    }
}
