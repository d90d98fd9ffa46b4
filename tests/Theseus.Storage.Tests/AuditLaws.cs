using Theseus.Control.Upgrades;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests;

/// <summary>Whatever is done to the audit's records beside Theseus is found.</summary>
public sealed class AuditLaws
{
    public static TheoryData<string> Meddlings => new()
    {
        "UPDATE audit SET entry = replace(entry, 'second', 'wrong') WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 4",
        "UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 99",
        "UPDATE audit SET hash = 'ff' WHERE sequence = 3",
        "INSERT INTO audit (entry, hash) SELECT entry, hash FROM audit WHERE sequence = 4",
        "DELETE FROM audit",
    };

    [Theory]
    [MemberData(nameof(Meddlings))]
    public async Task ARecordThatWasChangedRemovedAddedOrPutElsewhereIsFound(string meddling)
    {
        using var file = new DatabaseFile();
        await WriteAsync(file);
        file.Meddle(meddling);

        using var database = SqliteDatabase.Open(file.Path);
        Assert.NotEmpty((await new SqliteAudit(database).VerifyAsync(null, default)).Problems);
    }

    [Fact]
    public async Task AnUntouchedChainIsWhole()
    {
        using var file = new DatabaseFile();
        await WriteAsync(file);

        using var database = SqliteDatabase.Open(file.Path);
        var audit = new SqliteAudit(database);
        var verified = await audit.VerifyAsync(null, default);

        Assert.Empty(verified.Problems);
        Assert.Equal(4, verified.Records);
        Assert.Empty((await audit.VerifyAsync(verified.Hash, default)).Problems);
        Assert.NotEmpty((await audit.VerifyAsync(new string('0', 64), default)).Problems);
        Assert.Equal([4, 3], (await audit.ReadAsync(null, 2, null, default)).Select(record => record.Sequence));
        Assert.Single(await audit.ReadAsync(null, 10, "line", default));
    }

    private static async Task WriteAsync(DatabaseFile file)
    {
        using var database = SqliteDatabase.Open(file.Path);
        var store = new SqliteUpgradeStore(database);
        var upgrade = await store.AddAsync(DatabaseFile.Upgrade("u1", "a"), DatabaseFile.Entry("first"), default);
        await store.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Validating }, DatabaseFile.Entry("second"), [], default);
        await store.UpdateAsync(upgrade with { Revision = 3, State = UpgradeState.Cancelled }, DatabaseFile.Entry("third"), [], default);
        await store.WriteLineStopAsync("smoke", DatabaseFile.Entry("fourth", "line"), default);
    }
}
