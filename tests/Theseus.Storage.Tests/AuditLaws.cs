using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>Whatever is done to the audit's records beside Theseus is found.</summary>
public sealed class AuditLaws(Stores stores)
{
    private static readonly string[] s_meddlings =
    [
        "UPDATE audit SET entry = replace(entry, 'second', 'wrong') WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 4",
        "UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 99",
        "UPDATE audit SET hash = 'ff' WHERE sequence = 3",
        "INSERT INTO audit (sequence, entry, hash) SELECT 5, entry, hash FROM audit WHERE sequence = 4",
        "DELETE FROM audit",
    ];

    public static TheoryData<StoreKind, string> KindsAndMeddlings => [.. from kind in Stores.Kinds from meddling in s_meddlings select (kind.Data, meddling)];

    [Theory]
    [MemberData(nameof(KindsAndMeddlings))]
    public async Task ARecordThatWasChangedRemovedAddedOrPutElsewhereIsFound(StoreKind kind, string meddling)
    {
        await using var database = await stores.OpenAsync(kind);
        await WriteAsync(database.Upgrades);
        await database.MeddleAsync(meddling);

        Assert.NotEmpty((await database.Audit.VerifyAsync(null, default)).Problems);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, "DELETE FROM audit WHERE sequence = 4")]
    [InlineData(StoreKind.Sqlite, "DELETE FROM audit")]
    [InlineData(StoreKind.Postgres, "DELETE FROM audit WHERE sequence = 4")]
    [InlineData(StoreKind.Postgres, "DELETE FROM audit")]
    public async Task WhatIsWrittenAfterwardsDoesNotCoverItUp(StoreKind kind, string meddling)
    {
        await using var database = await stores.OpenAsync(kind);
        await WriteAsync(database.Upgrades);
        await database.MeddleAsync(meddling);

        await database.Upgrades.WriteLineStopAsync(null, Sample.Entry("fifth", "line"), default);

        Assert.NotEmpty((await database.Audit.VerifyAsync(null, default)).Problems);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AnUntouchedChainIsWhole(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await WriteAsync(database.Upgrades);
        await database.ReopenAsync();
        var audit = database.Audit;
        var verified = await audit.VerifyAsync(null, default);

        Assert.Empty(verified.Problems);
        Assert.Equal(4, verified.Records);
        Assert.Empty((await audit.VerifyAsync(verified.Hash, default)).Problems);
        Assert.NotEmpty((await audit.VerifyAsync(new string('0', 64), default)).Problems);
        Assert.Equal([4, 3], (await audit.ReadAsync(null, 2, null, default)).Select(record => record.Sequence));
        Assert.Equal([2, 1], (await audit.ReadAsync(3, 2, null, default)).Select(record => record.Sequence));
        Assert.Equal([3, 4], (await audit.ReadAfterAsync(2, 9, default)).Select(record => record.Sequence));
        Assert.Single(await audit.ReadAsync(null, 10, "line", default));
    }

    private static async Task WriteAsync(IUpgradeStore store)
    {
        var upgrade = await store.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        await store.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Validating }, Sample.Entry("second"), [], default);
        await store.UpdateAsync(upgrade with { Revision = 3, State = UpgradeState.Cancelled }, Sample.Entry("third"), [], default);
        await store.WriteLineStopAsync("smoke", Sample.Entry("fourth", "line"), default);
    }
}
