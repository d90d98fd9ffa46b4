using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>What upgrades are judged by: each piece once, in its place, and only of the newest upgrades.</summary>
public sealed class EvidenceLaws(Stores stores)
{
    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task EachPieceIsReadAsItWasWrittenInItsOrderByItsUpgrade(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        for (var number = 1; number <= 12; number++)
        {
            await database.Evidence.AppendAsync(new("u1", number, $$"""{"at":{{number}},"text":"Grüß"}"""), default);
        }

        await database.Evidence.AppendAsync(new("u2", 1, "{}"), default);
        await database.ReopenAsync();

        Assert.Equal(Enumerable.Range(1, 12).Select(number => new EvidenceEntry("u1", number, $$"""{"at":{{number}},"text":"Grüß"}""")), await database.Evidence.ReadAsync("u1", default));
        Assert.Empty(await database.Evidence.ReadAsync("u3", default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfTwoWhoAddAPieceOfOneNumberOneIsRefusedAndNothingIsOverwritten(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Evidence.AppendAsync(new("u1", 1, "first"), default);

        var refused = await Assert.ThrowsAsync<UpgradeConflictException>(() => database.Evidence.AppendAsync(new("u1", 1, "second"), default));

        Assert.Equal("u1", refused.Upgrade);
        Assert.Equal("first", Assert.Single(await database.Evidence.ReadAsync("u1", default)).Body);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ThatOfTheNewestUpgradesThatHaveEndedIsKeptAndThatOfThoseThatRun(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        for (var i = 1; i <= 5; i++)
        {
            var upgrade = await database.Upgrades.AddAsync(Sample.Upgrade($"u{i}", $"c{i}"), Sample.Entry("asked", $"u{i}"), default);
            await database.Evidence.AppendAsync(new($"u{i}", 1, "{}"), default);
            await database.Evidence.AppendAsync(new($"u{i}", 2, "{}"), default);
            if (i != 1)
            {
                await database.Upgrades.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Cancelled }, Sample.Entry("ended", $"u{i}"), [], default);
            }
        }

        Assert.Equal(4, await database.Evidence.TrimAsync(2, default));

        var kept = new List<string>();
        for (var i = 1; i <= 5; i++)
        {
            kept.AddRange((await database.Evidence.ReadAsync($"u{i}", default)).Select(one => one.Upgrade).Distinct());
        }

        Assert.Equal(["u1", "u4", "u5"], kept);
    }
}
