using NuGet.Versioning;
using Theseus.Control;

namespace Theseus.Storage.Tests;

public sealed class ComponentStoreLaws(Stores stores)
{
    private static readonly ComponentDescriptor s_prices = new() { Name = "prices", Contract = new("Shop.IPrices", "Shop.Contract", null), Revision = 1 };

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AChangeAndItsRecordAreThereTogetherOrNotAtAll(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var (store, audit) = (database.Components, database.Audit);
        Assert.True(await store.TrySaveAsync(s_prices, null, null, default));
        var critical = s_prices with { Criticality = Criticality.Critical };

        Assert.False(await store.TrySaveAsync(critical with { Revision = 7 }, null, Sample.Entry("late", "component prices"), default));
        Assert.Empty(await audit.ReadAsync(null, 10, null, default));

        Assert.True(await store.TrySaveAsync(critical with { Revision = 2 }, null, Sample.Entry("now", "component prices"), default));
        Assert.Equal("now", Assert.Single(await audit.ReadAsync(null, 10, "component prices", default)).Entry.Why);
        Assert.Equal(Criticality.Critical, (await store.ReadAsync("prices", default))!.Criticality);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhatOperatorsSettledComesBackAsItWas(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var settled = s_prices with
        {
            Labels = new Dictionary<string, string> { ["team"] = "shop" }, IsHotSwappable = false, Pinned = VersionRange.Parse("[1.0.0, 2.0.0)"), Blocked = [VersionRange.Parse("[1.5.0]")],
        };
        await database.Components.TrySaveAsync(settled, null, null, default);
        await database.ReopenAsync();

        var read = (await database.Components.ReadAsync("prices", default))!;

        Assert.Equal(("shop", false), (read.Labels["team"], read.IsHotSwappable));
        Assert.Equal(VersionRange.Parse("[1.0.0, 2.0.0)"), read.Pinned);
        Assert.Equal([VersionRange.Parse("[1.5.0]")], read.Blocked);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AComponentThatWasWrittenBeforeVersionsCouldBeBlockedHasNoneBlocked(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Components.TrySaveAsync(s_prices, null, null, default);
        await database.MeddleAsync(kind == StoreKind.Sqlite
            ? "UPDATE components SET descriptor = json_remove(descriptor, '$.blocked')"
            : "UPDATE components SET descriptor = (descriptor::jsonb - 'blocked')::text");

        var read = (await database.Components.ReadAsync("prices", default))!;

        Assert.Empty(read.Blocked);
        Assert.Null(read.Pinned);
        Assert.Equal(Criticality.Medium, read.Criticality);
    }
}
