using NuGet.Versioning;
using Theseus.Control;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage.Tests;

/// <summary>Components, on SQLite.</summary>
public sealed class ComponentStoreLaws
{
    private static readonly ComponentDescriptor s_prices = new() { Name = "prices", Contract = new("Shop.IPrices", "Shop.Contract", null), Revision = 1 };

    [Fact]
    public async Task AChangeAndItsRecordAreThereTogetherOrNotAtAll()
    {
        using var database = SqliteDatabase.Open(":memory:");
        var (store, audit) = (new SqliteComponentStore(database), new SqliteAudit(database));
        Assert.True(await store.TrySaveAsync(s_prices, null, null, default));
        var critical = s_prices with { Criticality = Criticality.Critical };

        Assert.False(await store.TrySaveAsync(critical with { Revision = 7 }, null, DatabaseFile.Entry("late", "component prices"), default));
        Assert.Empty(await audit.ReadAsync(null, 10, null, default));

        Assert.True(await store.TrySaveAsync(critical with { Revision = 2 }, null, DatabaseFile.Entry("now", "component prices"), default));
        Assert.Equal("now", Assert.Single(await audit.ReadAsync(null, 10, "component prices", default)).Entry.Why);
        Assert.Equal(Criticality.Critical, (await store.ReadAsync("prices", default))!.Criticality);
    }

    [Fact]
    public async Task WhatOperatorsSettledComesBackAsItWas()
    {
        using var file = new DatabaseFile();
        using (var database = SqliteDatabase.Open(file.Path))
        {
            var settled = s_prices with
            {
                Labels = new Dictionary<string, string> { ["team"] = "shop" }, IsHotSwappable = false, Pinned = VersionRange.Parse("[1.0.0, 2.0.0)"), Blocked = [VersionRange.Parse("[1.5.0]")],
            };
            await new SqliteComponentStore(database).TrySaveAsync(settled, null, null, default);
        }

        using var again = SqliteDatabase.Open(file.Path);
        var read = (await new SqliteComponentStore(again).ReadAsync("prices", default))!;

        Assert.Equal(("shop", false), (read.Labels["team"], read.IsHotSwappable));
        Assert.Equal(VersionRange.Parse("[1.0.0, 2.0.0)"), read.Pinned);
        Assert.Equal([VersionRange.Parse("[1.5.0]")], read.Blocked);
    }

    [Fact]
    public async Task AComponentThatWasWrittenBeforeVersionsCouldBeBlockedHasNoneBlocked()
    {
        using var file = new DatabaseFile();
        using (var database = SqliteDatabase.Open(file.Path))
        {
            await new SqliteComponentStore(database).TrySaveAsync(s_prices, null, null, default);
        }

        file.Meddle("UPDATE components SET descriptor = json_remove(descriptor, '$.blocked')");
        using var again = SqliteDatabase.Open(file.Path);

        var read = (await new SqliteComponentStore(again).ReadAsync("prices", default))!;

        Assert.Empty(read.Blocked);
        Assert.Null(read.Pinned);
        Assert.Equal(Criticality.Medium, read.Criticality);
    }
}
