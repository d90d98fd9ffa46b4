using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Checking.Shop;

namespace Theseus.Control.Tests.Checking;

/// <summary>Components that belong together: upgraded with each other, and each on the nodes that have it.</summary>
public sealed class TogetherLaws
{
    [Theory]
    [InlineData("prices", "shop")]
    [InlineData("shop", "prices")]
    public async Task ComponentsThatNeedEachOthersNewReleaseGoTogetherInWhicheverOrderTheyAreNamed(string first, string second)
    {
        using var shop = await OpenAsync("1.0.0");

        var found = await shop.CheckAsync(To(new(first, "2.0.0"), new(second, "2.0.0")), Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")));

        Assert.Empty(found.Problems);
        Assert.Equal(["prices 2.0.0", "shop 2.0.0"], found.Moves.Select(move => $"{move.Component} {move.To.Version}"));
    }

    [Theory]
    [InlineData("prices", "'shop'")]
    [InlineData("shop", "'prices'")]
    public async Task OneOfThemAloneIsRefused(string component, string other)
    {
        using var shop = await OpenAsync("1.0.0");

        var found = await shop.CheckAsync(To(new UpgradeTarget(component, "2.0.0")), Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")));

        Assert.Contains(other, Assert.Single(found.Problems));
    }

    [Fact]
    public async Task WhatOneOfThemLacksStopsAllOfThem()
    {
        using var shop = await OpenAsync("1.0.0");

        var found = await shop.CheckAsync(To(new("prices", "2.0.0"), new("shop", "9.0.0")), Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")));

        Assert.Contains(found.Problems, problem => problem.Contains("9.0.0", StringComparison.Ordinal));
        Assert.Equal(UpgradeRefusal.UnknownRelease, found.Refusal);
    }

    [Fact]
    public async Task EachOfThemGoesToThoseOfTheNamedNodesThatHaveIt()
    {
        using var shop = await OpenAsync("2.0.0");

        var found = await shop.CheckAsync(
            shop.Back(("prices", "1.0.0"), ("shop", "1.0.0")) with { Nodes = ["node1", "node2"] },
            Node("node1", Has("prices", "2.0.0")), Node("node2", Has("shop", "2.0.0")), Node("node3", Has("shop", "2.0.0")));

        Assert.Empty(found.Problems);
        Assert.Equal("node1", Assert.Single(found.Nodes["prices"]).Name);
        Assert.Equal("node2", Assert.Single(found.Nodes["shop"]).Name);
    }

    [Fact]
    public async Task ANamedNodeThatHasNoneOfThemIsAProblem()
    {
        using var shop = await OpenAsync("1.0.0");

        var found = await shop.CheckAsync(
            To(new("prices", "2.0.0"), new("shop", "2.0.0")) with { Nodes = ["node1", "node9"] }, Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")), Node("node9"));

        Assert.Equal("Node 'node9' has not reported any of the components prices, shop.", Assert.Single(found.Problems));
    }

    [Fact]
    public async Task AComponentThatNoNamedNodeHasIsAProblem()
    {
        using var shop = await OpenAsync("1.0.0");

        var found = await shop.CheckAsync(To(new("prices", "2.0.0"), new("shop", "2.0.0")) with { Nodes = ["node1"] }, Node("node1", Has("prices", "1.0.0")), Node("node2", Has("shop", "1.0.0")));

        Assert.Contains("No named node has reported a component 'shop'.", found.Problems);
    }
}
