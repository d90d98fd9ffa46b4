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
        await store.AddAsync(DatabaseFile.Upgrade("u1", "a"), DatabaseFile.Entry("first"), default);
        // SQLite answers as it does for a full disk when the file may not grow.
        await database.ReadAsync(connection => connection.Scalar("PRAGMA max_page_count = 1"), default);

        var full = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await store.AddAsync(DatabaseFile.Upgrade($"full{i}", $"c{i}"), DatabaseFile.Entry("more"), default);
            }
        });

        Assert.Equal(StorageFault.Full, full.Fault);
        var stored = await store.ReadRunningAsync(default);
        var audit = await new SqliteAudit(database).VerifyAsync(null, default);
        Assert.Empty(audit.Problems);
        Assert.Equal(stored.Count, audit.Records);
    }
}
