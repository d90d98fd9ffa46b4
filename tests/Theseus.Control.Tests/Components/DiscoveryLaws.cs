using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Components;

public sealed class DiscoveryLaws
{
    private static readonly CancellationToken none = CancellationToken.None;

    [Fact]
    public async Task TheSamplesAreFoundInTheFolderThatTheirBuildPutsThemInto()
    {
        using var folder = new TemporaryFolder();
        var registry = await Parts.WithAsync();
        await new ComponentDiscovery(registry).FromFeedsAsync(From(folder, Repository.Releases), none);

        var markdown = registry.Find("markdown")!;
        Assert.Equal(("Theseus.Samples.IMarkdownRenderer", "Theseus.Samples.Contracts"), (markdown.Contract.Type, markdown.Contract.Assembly));
        Assert.Null(markdown.Contract.Version);
        Assert.Subset(markdown.UpgradePaths.Select(path => path.To.ToNormalizedString()).ToHashSet(), new HashSet<string> { "1.0.0", "2.0.0" });
        Assert.NotNull(registry.Find("rate-limiter"));
        Assert.NotNull(registry.Find("sessions"));
    }

    [Fact]
    public async Task DeclaredPathsAndWhatTheServingReleaseSaysAreTakenOver()
    {
        using var folder = new TemporaryFolder();
        var registry = await Parts.WithAsync(Parts.Of("prices") with { Criticality = Criticality.Critical });
        await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "Runs.") { Version = Parts.V("1.0.0") }, none);
        Releases.Put(folder, Releases.Build(Releases.Manifest("prices", "1.0.0") with { Resources = new(32, 50), Dependencies = [new("stock", VersionRange.Parse("1.0.0"))], State = new(StateKind.Transferred, 1, null, []) }));
        Releases.Put(folder, Releases.Build(Releases.Manifest("prices", "2.0.0") with { UpgradesFrom = VersionRange.Parse("[1.5.0, )"), Resources = new(99, 99) }));
        var discovery = new ComponentDiscovery(registry);
        var report = await discovery.FromFeedsAsync(From(folder, folder.Path), none);

        Assert.Empty(report.Problems);
        Assert.Equal("prices", Assert.Single(report.Changed).Name);
        var prices = registry.Find("prices")!;
        Assert.Equal([new(Parts.V("1.0.0"), null), new UpgradePath(Parts.V("2.0.0"), VersionRange.Parse("[1.5.0, )"))], prices.UpgradePaths);
        Assert.Equal((new ResourceNeeds(32, 50), 1, Criticality.Critical), (prices.Resources, prices.State.Schema, prices.Criticality));
        Assert.Equal("stock", Assert.Single(prices.Dependencies).Component);
        Assert.Empty((await discovery.FromFeedsAsync(From(folder, folder.Path), none)).Changed);
    }

    [Fact]
    public async Task ADamagedPackageIsToldAndHidesNoOther()
    {
        using var folder = new TemporaryFolder();
        var registry = await Parts.WithAsync();
        Releases.Put(folder, Releases.Build(Releases.Manifest("prices", "1.0.0")));
        var damaged = Releases.Put(folder, Releases.Build(Releases.Manifest("stock", "1.0.0")));
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^40]);
        var report = await new ComponentDiscovery(registry).FromFeedsAsync(From(folder, folder.Path), none);

        Assert.Equal(["prices"], report.Changed.Select(one => one.Name));
        Assert.Contains(report.Problems, problem => problem.Contains("stock.1.0.0.nupkg", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFeedDoesNotBringBackWhatWasRemoved()
    {
        using var folder = new TemporaryFolder();
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        await registry.RemoveAsync("prices", "Not needed.", none);
        Releases.Put(folder, Releases.Build(Releases.Manifest("prices", "1.0.0")));
        await new ComponentDiscovery(registry).FromFeedsAsync(From(folder, folder.Path), none);

        Assert.Null(registry.Find("prices"));
    }

    [Fact]
    public async Task NodesThatAgreeMakeAComponentActiveInTheirVersion()
    {
        var registry = await Parts.WithAsync();
        var discovery = new ComponentDiscovery(registry);
        NodeInventory[] reports = [Report("node-2", "1.0.0", "1.4.0"), Report("node-1", "1.0.0", "1.2.0")];
        await discovery.FromNodesAsync(reports, none);

        var prices = registry.Find("prices")!;
        Assert.Equal((ComponentLifecycle.Active, Parts.V("1.0.0")), (prices.Lifecycle, prices.CurrentVersion!));
        Assert.Equal(Parts.V("1.2.0"), prices.Contract.Version);
        Assert.Empty((await discovery.FromNodesAsync(reports, none)).Changed);
        Assert.Equal(["All 2 reporting nodes run 1.0.0.", "Node node-1 reports it."], (await registry.ReadHistoryAsync("prices", 9, none)).Select(change => change.Why));
    }

    [Fact]
    public async Task NodesThatDifferMakeItDegradedUntilTheyAgree()
    {
        var registry = await Parts.WithAsync();
        var discovery = new ComponentDiscovery(registry);
        await discovery.FromNodesAsync([Report("a", "1.0.0"), Report("b", "1.0.0")], none);
        await discovery.FromNodesAsync([Report("a", "2.0.0"), Report("b", "1.0.0")], none);
        var degraded = registry.Find("prices")!;
        await discovery.FromNodesAsync([Report("a", "2.0.0"), Report("b", "2.0.0")], none);
        var active = registry.Find("prices")!;
        await discovery.FromNodesAsync([Report("a", null), Report("b", null)], none);
        var idle = registry.Find("prices")!;

        Assert.Equal((ComponentLifecycle.Degraded, Parts.V("1.0.0")), (degraded.Lifecycle, degraded.CurrentVersion!));
        Assert.Equal((ComponentLifecycle.Active, Parts.V("2.0.0")), (active.Lifecycle, active.CurrentVersion!));
        Assert.Equal((ComponentLifecycle.Registered, null), (idle.Lifecycle, idle.CurrentVersion));
        Assert.Contains("Nodes differ: 1.0.0 on b; 2.0.0 on a.", (await registry.ReadHistoryAsync("prices", 9, none)).Select(change => change.Why));
    }

    [Theory]
    [InlineData(ComponentLifecycle.Upgrading)]
    [InlineData(ComponentLifecycle.Failed)]
    public async Task ReportsDoNotSpeakForUpgradesAndFailures(ComponentLifecycle state)
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        await registry.MoveAsync("prices", new(ComponentLifecycle.Upgrading, "Deploy."), none);
        await registry.MoveAsync("prices", new(state, "Test."), none);
        await new ComponentDiscovery(registry).FromNodesAsync([Report("a", "2.0.0")], none);

        Assert.Equal((state, null), (registry.Find("prices")!.Lifecycle, registry.Find("prices")!.CurrentVersion));
    }

    [Fact]
    public async Task AnotherContractThanTheRegisteredOneIsTold()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        var report = await new ComponentDiscovery(registry).FromNodesAsync([new("a", "prices", new("Other.IThing", "Other", new(1, 0, 0)), Parts.V("1.0.0"))], none);

        Assert.Contains("Other.IThing", Assert.Single(report.Problems));
        Assert.Equal(Parts.Contract, registry.Find("prices")!.Contract);
    }

    private static FeedReleases From(TemporaryFolder folder, string feed) => new([new FolderFeed(feed)], new ReleaseStore(folder.File("store")));

    private static NodeInventory Report(string node, string? version, string contract = "1.0.0") =>
        new(node, "prices", Parts.Contract with { Version = Parts.V(contract) }, version is null ? null : Parts.V(version));
}
