using NuGet.Versioning;
using Theseus.Control.Tests.Components;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Versions;

/// <summary>Ways between releases that lie in feeds.</summary>
public sealed class ManagerLaws
{
    private static readonly CancellationToken none = CancellationToken.None;

    [Fact]
    public async Task TheSampleRateLimiterGoesUpAndBackByItsMigrations()
    {
        using var folder = new TemporaryFolder();
        var manager = Manager(folder, Repository.Releases);
        var component = Sample("rate-limiter", "Theseus.Samples.IRateLimiter", "1.0.0");
        var up = await manager.FindPathAsync(component, Parts.V("2.0.0"), null, none);
        var back = await manager.FindWayBackAsync(component, Parts.V("2.0.0"), null, none);

        Assert.Equal("1.0.0 -> 2.0.0", up.Path!.ToString());
        Assert.True(up.Path.IsReversible);
        Assert.Equal([1, 2], up.Path.Steps[0].Schemas);
        Assert.Equal([2, 1], back.Path!.Steps[0].Schemas);
    }

    [Fact]
    public async Task AReleaseThatDeclaresItsPathIsReachedThroughTheOneInBetween()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "1.0.0");
        Put(folder, "2.0.0");
        Put(folder, "2.5.0-beta");
        Put(folder, "3.0.0", "[2.0.0, )");
        var component = Parts.Of("prices") with { CurrentVersion = Parts.V("1.0.0") };

        Assert.Equal("1.0.0 -> 2.0.0 -> 3.0.0", (await Manager(folder, folder.Path).FindPathAsync(component, Parts.V("3.0.0"), null, none)).Path!.ToString());
    }

    [Fact]
    public async Task TheServingReleaseMayBeGoneFromTheFeeds()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "2.0.0", state: new(StateKind.Transferred, 2, null, [new(1, 2, true, false, "M")]));
        var component = Parts.Of("prices") with { CurrentVersion = Parts.V("1.0.0"), State = new(StateKind.Transferred, 1, null, []) };
        var result = await Manager(folder, folder.Path).FindPathAsync(component, Parts.V("2.0.0"), null, none);

        Assert.Equal([1, 2], Assert.Single(result.Path!.Steps).Schemas);
    }

    [Fact]
    public async Task ATargetThatNoFeedHasIsToldWithTheReleasesThatThereAre()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "1.0.0");
        Put(folder, "1.1.0");
        var result = await Manager(folder, folder.Path).FindPathAsync(Parts.Of("prices") with { CurrentVersion = Parts.V("1.0.0") }, Parts.V("9.0.0"), null, none);

        Assert.Null(result.Path);
        Assert.Equal("No feed has 'prices' 9.0.0. There are 1.0.0, 1.1.0.", Assert.Single(result.WhyNot));
    }

    [Fact]
    public async Task AFirstDeploymentIsOneStepFromNothing()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "1.0.0");
        var result = await Manager(folder, folder.Path).FindPathAsync(Parts.Of("prices"), Parts.V("1.0.0"), null, none);

        Assert.Equal("nothing -> 1.0.0", result.Path!.ToString());
    }

    [Fact]
    public async Task TheNewestIsChosenAmongThoseThatMayBe()
    {
        using var folder = new TemporaryFolder();
        foreach (var version in new[] { "1.0.0", "1.1.0", "2.0.0", "3.0.0-rc.1" })
            Put(folder, version);
        var manager = Manager(folder, folder.Path);
        async Task<string?> Newest(string? range, VersionOptions options) =>
            (await manager.FindNewestAsync(Parts.Of("prices"), range is null ? null : VersionRange.Parse(range), options, none))?.Version.ToString();

        Assert.Equal("2.0.0", await Newest(null, new()));
        Assert.Equal("3.0.0-rc.1", await Newest(null, new() { IncludePrerelease = true }));
        Assert.Equal("1.1.0", await Newest("[1.0.0, 2.0.0)", new()));
        Assert.Equal("1.1.0", await Newest(null, new() { Avoid = [VersionRange.Parse("[2.0.0, )")] }));
        Assert.Null(await Newest("[4.0.0, )", new()));
    }

    [Fact]
    public async Task OpeningAReleaseVerifiesItAndTellsHowTheSearchEnded()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "1.0.0");
        var releases = From(folder, folder.Path);
        var opened = await releases.OpenAsync("prices", "prices", Parts.V("1.0.0"), none);
        var absent = await releases.OpenAsync("prices", "prices", Parts.V("2.0.0"), none);

        Assert.Equal(ReleaseAvailability.Available, opened.Availability);
        Assert.True(Directory.Exists(opened.Release!.Folder));
        Assert.NotNull(opened.Published);
        Assert.Equal((ReleaseAvailability.NotFound, null), (absent.Availability, absent.Release));
    }

    [Fact]
    public async Task AFeedThatCannotBeAskedLeavesOpenWhetherThereIsSuchARelease()
    {
        using var folder = new TemporaryFolder();
        var releases = new FeedReleases([new DeadFeed()], new ReleaseStore(folder.File("store")));
        var lookup = await releases.OpenAsync("prices", "prices", Parts.V("1.0.0"), none);

        Assert.Equal(ReleaseAvailability.Unreachable, lookup.Availability);
        Assert.Contains("The feed is down.", lookup.Problems);
    }

    private static ComponentDescriptor Sample(string name, string contract, string version) => new()
    {
        Name = name,
        Contract = new(contract, "Theseus.Samples.Contracts", new(1, 0, 0)),
        CurrentVersion = Parts.V(version),
    };

    private static VersionManager Manager(TemporaryFolder folder, string feed) => new(From(folder, feed));

    private static FeedReleases From(TemporaryFolder folder, string feed) => new([new FolderFeed(feed)], new ReleaseStore(folder.File("store")));

    private static void Put(TemporaryFolder folder, string version, string? upgradesFrom = null, StateDeclaration? state = null) => Releases.Put(folder, Releases.Build(Releases.Manifest("prices", version) with
    {
        UpgradesFrom = upgradesFrom is null ? null : VersionRange.Parse(upgradesFrom),
        State = state ?? StateDeclaration.None,
    }));

    private sealed class DeadFeed : IReleaseFeed
    {
        public string Name => "dead";

        public Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken) => throw new FeedException("The feed is down.");

        public Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken) => throw new FeedException("The feed is down.");
    }
}
