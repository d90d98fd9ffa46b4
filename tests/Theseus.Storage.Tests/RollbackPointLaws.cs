using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Storage.Tests;

public sealed class RollbackPointLaws(Stores stores)
{
    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task APointIsThereWithTheChangeThatItIsTakenBeforeOrNotAtAll(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var (store, points) = (database.Upgrades, database.Points);
        var upgrade = await store.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);

        await Assert.ThrowsAsync<UpgradeConflictException>(() => store.UpdateAsync(upgrade with { Revision = 7 }, Sample.Entry("late"), [Point(upgrade)], default));
        Assert.Empty(await points.ReadPointsAsync(null, default));

        await store.UpdateAsync(upgrade with { Revision = 2 }, Sample.Entry("active"), [Point(upgrade)], default);
        var kept = Assert.Single(await points.ReadPointsAsync("a", default));
        Assert.Equal("{\"Size\":\"3\"}", kept.From.Settings);
        Assert.Equal(new NodeRoute("n1", kept.From, null, 0), Assert.Single(kept.Nodes));
        Assert.Empty(await points.ReadPointsAsync("b", default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task TheNewestAreKeptByCountAndByAgeAndThoseOfRunningUpgradesInAnyCase(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var (store, points) = (database.Upgrades, database.Points);
        for (var i = 1; i <= 6; i++)
        {
            var upgrade = await store.AddAsync(Sample.Upgrade($"u{i}", "a"), Sample.Entry("asked"), default);
            await store.UpdateAsync(upgrade with { Revision = 2 }, Sample.Entry("active"), [Point(upgrade) with { TakenAt = DateTimeOffset.UnixEpoch.AddDays(i) }], default);
            if (i < 6)
            {
                await store.UpdateAsync(upgrade with { Revision = 3, State = UpgradeState.Cancelled }, Sample.Entry("ended"), [], default);
            }
        }

        Assert.Equal(2, await points.TrimAsync(4, DateTimeOffset.UnixEpoch, Removed, default));
        Assert.Equal(["u6", "u5", "u4", "u3"], (await points.ReadPointsAsync("a", default)).Select(point => point.Upgrade));
        Assert.Equal(2, await points.TrimAsync(4, DateTimeOffset.UnixEpoch.AddDays(5), Removed, default));
        Assert.Equal(["u6", "u5"], (await points.ReadPointsAsync("a", default)).Select(point => point.Upgrade));
        await points.TrimAsync(1, DateTimeOffset.UnixEpoch.AddDays(100), Removed, default);
        Assert.Equal(["u6"], (await points.ReadPointsAsync("a", default)).Select(point => point.Upgrade));

        // Each went on record, in the transaction that removed it.
        Assert.Equal(["u5", "u4", "u3", "u2", "u1"], (await database.Audit.ReadAsync(null, 100, null, default)).Where(record => record.Entry.To == "removed").Select(record => record.Entry.Subject));
        Assert.Empty((await database.Audit.VerifyAsync(null, default)).Problems);
    }

    private static AuditEntry Removed(RollbackPoint point) => new(DateTimeOffset.UnixEpoch, AuditEntry.System, point.Upgrade, "kept", "removed", "test");

    private static RollbackPoint Point(UpgradeRecord upgrade)
    {
        var from = new ReleaseId("1.0.0", "aa") { Settings = "{\"Size\":\"3\"}" };
        return new RollbackPoint
        {
            Upgrade = upgrade.Id,
            Number = upgrade.Number,
            Component = "a",
            From = from,
            To = new ReleaseId("2.0.0", "bb"),
            Nodes = [new NodeRoute("n1", from, null, 0)],
            TakenAt = DateTimeOffset.UnixEpoch,
        };
    }
}
