using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Checking.Shop;

namespace Theseus.Control.Tests.Checking;

/// <summary>What a node has to spare is what its components leave of it.</summary>
public sealed class CapacityLaws
{
    [Theory]
    [InlineData(600, 1500, true)]
    [InlineData(601, 1500, false)]
    [InlineData(600, 1501, false)]
    public async Task WhatOtherComponentsDeclareToNeedIsNotToSpare(int mebibytes, int millicores, bool isEnough)
    {
        using var shop = await OpenAsync("1.0.0", running: new(400, 500));
        shop.Publish("prices", "1.5.0", "", new(mebibytes, millicores));

        var found = await shop.CheckAsync(
            To(new UpgradeTarget("prices", "1.5.0")), Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")) with { MemoryBytes = 1000L * 1024 * 1024, Processors = 2 });

        Assert.Equal(isEnough, found.Problems.Count == 0);
        Assert.All(found.Problems, problem => Assert.Contains("to spare", problem));
    }
}
