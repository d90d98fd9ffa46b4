using FsCheck;
using FsCheck.Fluent;
using NuGet.Versioning;

namespace Theseus.Control.Tests.Versions;

public sealed class PathLaws
{
    private static readonly string[] versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0"];

    private static Gen<ReleaseTraits[]> Histories => Gen.CollectToArray(versions.Select(Traits.Releases));

    [Fact]
    public void TheWayUpIsThatOfABruteForceSearch() => Search(up: true, new());

    [Fact]
    public void TheWayDownIsThatOfABruteForceSearch() => Search(up: false, new());

    [Fact]
    public void TheWayThatCanBeTakenBackIsThatOfABruteForceSearch() => Search(up: true, new() { OnlyReversible = true });

    [Fact]
    public void TheOrderInWhichReleasesAreKnownDoesNotMatter() => Prop.ForAll(Arb.From(Histories), Arb.From(Gen.Choose(0, 1000)), (all, seed) =>
    {
        var shuffled = all.ToArray();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(Find(all, new()).Path?.ToString(), Find(shuffled.OrderBy(one => one.Version != all[0].Version).ThenBy(one => one.Version == all[^1].Version).ToArray(), new()).Path?.ToString());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void ADirectStepThatIsDeclaredSafeIsTaken() =>
        Assert.Equal("1.0.0 -> 3.0.0", Find([Traits.Of("1.0.0"), Traits.Of("2.0.0"), Traits.Of("3.0.0")], new()).Path!.ToString());

    [Fact]
    public void OfEquallyLongWaysThatWithTheNewestIntermediateIsTaken() => Assert.Equal(
        "1.0.0 -> 2.2.0 -> 3.0.0",
        Find([Traits.Of("1.0.0"), Traits.Of("2.0.0"), Traits.Of("2.2.0"), Traits.Of("2.1.0"), Traits.Of("3.0.0", upgradesFrom: "[2.0.0, )")], new()).Path!.ToString());

    [Fact]
    public void PrereleasesAndAvoidedReleasesAreNotGoneThroughUnlessAsked()
    {
        ReleaseTraits[] all = [Traits.Of("1.0.0"), Traits.Of("2.0.0-rc.1"), Traits.Of("1.5.0"), Traits.Of("3.0.0", upgradesFrom: "[1.5.0, )")];

        Assert.Equal("1.0.0 -> 1.5.0 -> 3.0.0", Find(all, new()).Path!.ToString());
        Assert.Equal("1.0.0 -> 2.0.0-rc.1 -> 3.0.0", Find(all, new() { IncludePrerelease = true }).Path!.ToString());
        Assert.Null(Find(all, new() { Avoid = [VersionRange.Parse("[1.5.0]")] }).Path);
    }

    [Fact]
    public void NoWaySaysWhichStepsWereLookedAtAndWhatStoppedEach()
    {
        var result = Find([Traits.Of("1.0.0"), Traits.Of("2.0.0", upgradesFrom: "[1.5.0, )"), Traits.Of("3.0.0", Traits.Exported(1), "[2.0.0, )", "[2.0.0, )")], new());

        Assert.Null(result.Path);
        Assert.Equal(
            [
                "1.0.0 -> 2.0.0: UpgradesFrom: 2.0.0 declares itself safe to upgrade to from [1.5.0, ); 1.0.0 serves.",
                "1.0.0 -> 3.0.0: ContractRange: 3.0.0 works with Shop.Contract [2.0.0, ); hosts have 1.5.0. UpgradesFrom: 3.0.0 declares itself safe to upgrade to from [2.0.0, ); 1.0.0 serves.",
            ],
            result.WhyNot);
    }

    [Fact]
    public void AWayThatCouldNotBeTakenBackSaysWhy()
    {
        var result = Find([Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0", Traits.Exported(2, Traits.Migration(1, 2, reversible: false)))], new() { OnlyReversible = true });

        Assert.Null(result.Path);
        Assert.Equal("1.0.0 -> 2.0.0 cannot be taken back: The migration from schema 1 to 2 cannot be undone: going back would lose what was changed since.", Assert.Single(result.WhyNot));
    }

    [Fact]
    public void WhereTheVersionServesAlreadyThereIsNoStepToTake() =>
        Assert.Empty(VersionManager.FindPath([], Traits.Of("1.0.0"), Traits.Of("1.0.0"), Traits.Contract).Path!.Steps);

    [Theory]
    [InlineData("1.0.0", "1.0.0+build", VersionChange.None)]
    [InlineData("1.0.0-rc.1", "1.0.0", VersionChange.Prerelease)]
    [InlineData("1.0.0", "1.0.1-beta", VersionChange.Patch)]
    [InlineData("1.0.0.1", "1.0.0.2", VersionChange.Patch)]
    [InlineData("1.9.9", "1.10.0", VersionChange.Minor)]
    [InlineData("1.9.9", "2.0.0", VersionChange.Major)]
    [InlineData("2.0.0", "2.0.0-rc.1", VersionChange.Downgrade)]
    [InlineData("2.0.0", "1.9.9", VersionChange.Downgrade)]
    public void AChangeIsClassifiedByTheFirstNumberThatGrows(string from, string to, VersionChange change) =>
        Assert.Equal(change, VersionManager.Classify(NuGetVersion.Parse(from), NuGetVersion.Parse(to)));

    private static void Search(bool up, VersionOptions options)
    {
        var (found, longer) = (0, 0);
        Prop.ForAll(Arb.From(Histories), history =>
        {
            var all = up ? history : [.. history.Reverse()];
            var result = Find(all, options);
            var expected = BruteForce(all, options);
            Assert.Equal(expected, result.Path?.ToString());
            Assert.Equal(expected is null, result.Refused.Count > 0);
            found += expected is null ? 0 : 1;
            longer += result.Path is { IsDirect: false } ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

        // Otherwise the law says nothing.
        Assert.True(found > 100 && longer > 20, $"Only {found} ways were found, {longer} of them through intermediates.");
    }

    private static PathResult Find(ReleaseTraits[] all, VersionOptions options) => VersionManager.FindPath(all[1..^1], all[0], all[^1], Traits.Contract, options);

    /// <summary>Every subset of the intermediates, in the way's order.</summary>
    private static string? BruteForce(ReleaseTraits[] all, VersionOptions options)
    {
        List<ReleaseTraits[]> ways = [];
        for (var subset = 0; subset < 1 << (all.Length - 2); subset++)
        {
            ReleaseTraits[] way = [all[0], .. all[1..^1].Where((_, i) => (subset & (1 << i)) != 0), all[^1]];
            var steps = way.Zip(way.Skip(1), (from, to) => VersionManager.Judge(from, to, Traits.Contract, options)).ToList();
            if (steps.All(step => step.IsAllowed && (!options.OnlyReversible || step.IsReversible)))
                ways.Add(way);
        }

        ways.Sort((one, other) => one.Length != other.Length ? one.Length.CompareTo(other.Length)
            : one.Zip(other, (a, b) => b.Version.CompareTo(a.Version)).FirstOrDefault(order => order != 0));
        return ways is [var best, ..] ? string.Join(" -> ", best.Select(one => one.Version)) : null;
    }
}
