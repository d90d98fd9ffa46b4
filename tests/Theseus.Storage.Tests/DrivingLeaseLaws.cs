using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>One drives an upgrade at a time, and whoever did before changes nothing of it any more.</summary>
public sealed class DrivingLeaseLaws(Stores stores)
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    // Has passed before the next transaction begins.
    private static readonly TimeSpan s_passed = TimeSpan.FromMicroseconds(1);

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfManyWhoWantToDriveAnUpgradeOneDoes(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? database.Leases : other.Leases).TryTakeAsync("u1", $"plane{i}", s_long, default))));

        var lease = Assert.Single(taken, one => one is not null)!;
        Assert.Equal(1, lease.Token);
        Assert.Equal([lease], await other.Leases.ReadAllAsync(default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhoeverTakesOverGetsAHigherTokenAndTheOneBeforeStoresNothingMore(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var upgrade = await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);
        var first = (await database.Leases.TryTakeAsync("u1", "one", s_passed, default))!;
        var driven = upgrade with { Revision = 2, State = UpgradeState.Validating, DrivenUnder = first.Token };
        await database.Upgrades.UpdateAsync(driven, Sample.Entry("one's"), [], default);

        var second = (await database.Leases.TryTakeAsync("u1", "two", s_long, default))!;

        Assert.True(second.Token > first.Token);
        var late = await Assert.ThrowsAsync<UpgradeConflictException>(() => database.Upgrades.UpdateAsync(driven with { Revision = 3 }, Sample.Entry("late"), [], default));
        Assert.Contains("two", late.Message);
        await Assert.ThrowsAsync<UpgradeConflictException>(() => database.Upgrades.UpdateAsync(driven with { Revision = 3, DrivenUnder = 0 }, Sample.Entry("without"), [], default));
        Assert.Null(await database.Leases.RenewAsync(first, s_long, default));
        await database.Leases.ReleaseAsync(first, default);
        Assert.Null(await database.Leases.TryTakeAsync("u1", "three", s_long, default));

        await database.Upgrades.UpdateAsync(driven with { Revision = 3, DrivenUnder = second.Token, Turn = 2 }, Sample.Entry("two's"), [], default);
        Assert.Equal(second.Token, (await database.Upgrades.FindAsync("u1", default))!.DrivenUnder);
        Assert.Equal(["two's", "one's", "asked"], (await database.Audit.ReadAsync(null, 10, null, default)).Select(record => record.Entry.Why));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ARenewedLeaseIsKeptAlsoWhenItsRenewalCameLateAndAGivenBackOneIsFree(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);
        var lease = (await database.Leases.TryTakeAsync("u1", "one", s_passed, default))!;

        var renewed = (await database.Leases.RenewAsync(lease, s_long, default))!;

        Assert.Equal((lease.Token, lease.Owner), (renewed.Token, renewed.Owner));
        Assert.True(renewed.Until > lease.Until + (s_long / 2));
        Assert.Null(await database.Leases.TryTakeAsync("u1", "two", s_long, default));
        await database.Leases.ReleaseAsync(renewed, default);
        var next = (await database.Leases.TryTakeAsync("u1", "two", s_long, default))!;
        Assert.Equal(renewed.Token + 1, next.Token);
        // Who lost the answer to its taking takes once more.
        Assert.Equal(next.Token + 1, (await database.Leases.TryTakeAsync("u1", "two", s_long, default))!.Token);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AnUpgradeThatHasEndedOrIsUnknownIsDrivenByNobody(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var upgrade = await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);
        var lease = (await database.Leases.TryTakeAsync("u1", "one", s_long, default))!;

        await database.Upgrades.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Cancelled, DrivenUnder = lease.Token }, Sample.Entry("ended"), [], default);

        Assert.Empty(await database.Leases.ReadAllAsync(default));
        Assert.Null(await database.Leases.RenewAsync(lease, s_long, default));
        Assert.Null(await database.Leases.TryTakeAsync("u1", "one", s_long, default));
        Assert.Null(await database.Leases.TryTakeAsync("unknown", "one", s_long, default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task TheHeadsAreThoseThatHaveNotEndedWithTheirRevisionsAndWhoDrivesThem(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var held = await database.Upgrades.AddAsync(Sample.Upgrade("held", "a"), Sample.Entry("asked"), default);
        await database.Upgrades.AddAsync(Sample.Upgrade("free", "b"), Sample.Entry("asked"), default);
        var passed = await database.Upgrades.AddAsync(Sample.Upgrade("passed", "c"), Sample.Entry("asked"), default);
        var ended = await database.Upgrades.AddAsync(Sample.Upgrade("ended", "d"), Sample.Entry("asked"), default);
        var lease = (await database.Leases.TryTakeAsync("held", "one", s_long, default))!;
        var over = (await database.Leases.TryTakeAsync("passed", "two", s_passed, default))!;
        await database.Upgrades.UpdateAsync(held with { Revision = 2, State = UpgradeState.Validating, DrivenUnder = lease.Token }, Sample.Entry("goes on"), [], default);
        await database.Upgrades.UpdateAsync(ended with { Revision = 2, State = UpgradeState.Cancelled }, Sample.Entry("ended"), [], default);

        var heads = await database.Leases.ReadHeadsAsync(default);

        Assert.Equal([new DrivenHead("held", 2, lease, false), new DrivenHead("free", 1, null, true), new DrivenHead("passed", 1, over, true)], heads);
        Assert.Equal(lease, await database.Leases.FindAsync("held", default));
        Assert.Null(await database.Leases.FindAsync("free", default));
        Assert.Equal(passed.Id, over.Upgrade);
    }
}
