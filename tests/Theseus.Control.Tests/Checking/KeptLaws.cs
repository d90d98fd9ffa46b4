using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Checking.Shop;

namespace Theseus.Control.Tests.Checking;

/// <summary>What nodes have kept is gone back to, whatever became of its package.</summary>
public sealed class KeptLaws
{
    [Theory]
    [InlineData(ValidationLevel.Strict)]
    [InlineData(ValidationLevel.Normal)]
    [InlineData(ValidationLevel.Permissive)]
    public async Task APackageThatIsGoneKeepsNobodyFromGoingBack(ValidationLevel level)
    {
        using var shop = await OpenAsync("2.0.0");
        shop.Options.Level = level;
        Directory.Delete(shop.Feed, recursive: true);

        var found = await shop.CheckAsync(shop.Back(("shop", "1.0.0"), ("prices", "1.0.0")), Node("node1", Has("prices", "2.0.0"), Has("shop", "2.0.0")));

        Assert.Empty(found.Problems);
        Assert.Equal([new("1.0.0", shop.DigestOf("prices", "1.0.0")), new("1.0.0", shop.DigestOf("shop", "1.0.0"))], found.Moves.Select(move => move.To));
        Assert.Contains(found.Findings, finding => finding.Contains("Nodes go back to the release that they have kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task APackageThatWasPutInItsPlaceKeepsNobodyFromGoingBack()
    {
        using var shop = await OpenAsync("2.0.0");
        var request = shop.Back(("prices", "1.0.0"), ("shop", "1.0.0"));
        shop.Publish("prices", "1.0.0", "", new(1, 0));

        var found = await shop.CheckAsync(request, Node("node1", Has("prices", "2.0.0"), Has("shop", "2.0.0")));

        Assert.Empty(found.Problems);
        Assert.Equal(request.Targets[0].Digest, found.Moves[0].To.Digest);
        Assert.Contains(found.Findings, finding => finding.Contains("nodes have kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUpgradeThatTakesNothingBackNeedsItsPackage()
    {
        using var shop = await OpenAsync("1.0.0");
        var digest = shop.DigestOf("shop", "2.0.0");
        Directory.Delete(shop.Feed, recursive: true);

        var found = await shop.CheckAsync(To(new UpgradeTarget("shop", "2.0.0") { Digest = digest }), Node("node1", Has("prices", "1.0.0"), Has("shop", "1.0.0")));

        Assert.NotEmpty(found.Problems);
        Assert.Empty(found.Moves);
    }

    [Fact]
    public async Task WhatIsBlockedIsNotGoneBackToWithoutItsPackageEither()
    {
        using var shop = await OpenAsync("2.0.0");
        shop.Options.Policies["shop"] = new UpgradePolicy { Blocked = [NuGet.Versioning.VersionRange.Parse("[1.0.0]")] };
        Directory.Delete(shop.Feed, recursive: true);

        var found = await shop.CheckAsync(shop.Back(("prices", "1.0.0"), ("shop", "1.0.0")), Node("node1", Has("prices", "2.0.0"), Has("shop", "2.0.0")));

        Assert.Contains("blocked", Assert.Single(found.Problems));
    }
}
