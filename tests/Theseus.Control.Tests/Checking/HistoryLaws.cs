using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Checking.Shop;

namespace Theseus.Control.Tests.Checking;

/// <summary>What was rolled back is remembered, however much has happened since.</summary>
public sealed class HistoryLaws
{
    private const int Others = 250;

    [Theory]
    [InlineData("shop")]
    [InlineData("prices")]
    public async Task WhatWasRolledBackIsNotTakenAgainByItselfHoweverManyUpgradesThereWereSince(string component)
    {
        using var shop = await OpenAsync("1.0.0");
        await shop.EndAsync("bad", "prices", UpgradeState.RolledBack);
        await AddOthersAsync(shop, component, UpgradeState.Completed);

        var found = await CheckPricesAsync(shop);

        Assert.Contains(found.Problems, problem => problem.Contains("was rolled back once", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop", UpgradeState.Completed)]
    [InlineData("prices", UpgradeState.Failed)]
    public async Task RollbacksInARowAreCountedWhateverElseWasTriedSince(string component, UpgradeState state)
    {
        using var shop = await OpenAsync("1.0.0");
        for (var i = 0; i < new RollbackOptions().MostInARow; i++)
        {
            await shop.EndAsync($"bad{i}", "prices", UpgradeState.RolledBack);
        }

        await AddOthersAsync(shop, component, state);

        Assert.Contains(await ProblemsAsync(shop), problem => problem.StartsWith("The last 3 upgrades of 'prices' took themselves back", StringComparison.Ordinal));
        await shop.EndAsync("good", "prices", UpgradeState.Completed);
        Assert.DoesNotContain(await ProblemsAsync(shop), problem => problem.StartsWith("The last", StringComparison.Ordinal));
    }

    private static async Task AddOthersAsync(Shop shop, string component, UpgradeState state)
    {
        for (var i = 0; i < Others; i++)
        {
            await shop.EndAsync($"other{i}", component, state, wasActivated: state == UpgradeState.Completed);
        }
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(Shop shop) => (await CheckPricesAsync(shop)).Problems;

    private static Task<Feasibility> CheckPricesAsync(Shop shop) =>
        shop.CheckAsync(To(new UpgradeTarget("prices", "2.0.0")) with { IsManual = false }, Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")));
}
