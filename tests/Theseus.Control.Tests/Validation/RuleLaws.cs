using NuGet.Versioning;
using Theseus.Control.Tests.Components;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Validation;

/// <summary>Each rule, by what it lets through and what it stops.</summary>
public sealed class RuleLaws : IDisposable
{
    private static readonly StateDeclaration one = new(StateKind.Transferred, 1, null, []);
    private readonly Scene _scene = new() { Component = new() { Name = "prices", Contract = new("Shop.IPrices", "Shop.Contract", new(1, 0, 0)), CurrentVersion = Parts.V("1.0.0") } };

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task ARuleThatIsKnownByAnIdIsThereOnce() =>
        Assert.Equal(
            typeof(UpgradeRules).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
            await Task.FromResult(UpgradeRules.BuiltIn.Select(rule => rule.Id).Order(StringComparer.Ordinal)));

    [Fact]
    public async Task AReleaseThatIsNotThereStopsAtEveryLevelAndWhatNeedsItIsNotChecked()
    {
        _scene.Put("1.0.0");
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Permissive);

        Assert.Equal("No feed has 'prices' 2.0.0. There are 1.0.0.", report.Stopping[0].Message);
        Assert.Equal((UpgradeRules.ReleaseExists, FindingSeverity.Error), (report.Findings[0].Rule, report.Findings[0].Severity));
        Assert.Equal("It was not checked, because 'release.exists' found an error.", Assert.Single(report.Findings, f => f.Rule == UpgradeRules.ContractMembers).Message);
        Assert.Null(report.Step);
    }

    [Fact]
    public async Task ADamagedReleaseStopsAtEveryLevel()
    {
        _scene.Put("2.0.0");
        var file = Path.Combine(_scene.Feed, "prices.2.0.0.nupkg");
        var bytes = await File.ReadAllBytesAsync(file);
        // A folder does not offer what is damaged: the damage comes between listing and opening.
        var feed = new FeedReleases([new Swapped(new FolderFeed(_scene.Feed), bytes[..^30])], new ReleaseStore(Path.Combine(_scene.Feed, "store")));
        var report = await new UpgradeValidator(feed).ValidateAsync(_scene.Upgrade(), ValidationLevel.Permissive, CancellationToken.None);

        Assert.Contains(report.Stopping, f => f.Rule == UpgradeRules.ReleaseIntact && f.Message.Contains("prices.2.0.0.nupkg", StringComparison.Ordinal));
        Assert.Equal(FindingSeverity.Pass, Assert.Single(report.Findings, f => f.Rule == UpgradeRules.ReleaseExists).Severity);
    }

    [Fact]
    public Task WhatServesAlreadyIsNoUpgrade() => StopsAsync(UpgradeRules.UpgradeNeeded, u => u with { Target = Parts.V("1.0.0") }, binding: true);

    [Fact]
    public Task WhatServesOnSomeNodesOnlyIsOne() =>
        PassesAsync(UpgradeRules.UpgradeNeeded, u => u with { Target = Parts.V("1.0.0"), Nodes = [u.Nodes[0] with { Running = Parts.V("0.9.0") }] });

    [Fact]
    public Task WhatMustNotBeReplacedInARunningHostStops() => StopsAsync(UpgradeRules.HotSwappable, u => u with { Component = u.Component with { IsHotSwappable = false } }, binding: false);

    [Theory]
    [InlineData("net10.0", true)]
    [InlineData("net8.0", true)]
    [InlineData("net10.0-linux", true)]
    [InlineData("net11.0", false)]
    [InlineData("net10.0-windows7.0", false)]
    [InlineData("net48", false)]
    public Task OnlyAFrameworkThatNodesHaveIsLetThrough(string framework, bool passes) => passes
        ? PassesAsync(UpgradeRules.TargetFramework, u => u, m => m with { TargetFramework = framework })
        : StopsAsync(UpgradeRules.TargetFramework, u => u, binding: true, m => m with { TargetFramework = framework });

    [Fact]
    public Task AnotherContractStops() => StopsAsync(UpgradeRules.ContractVersion, u => u with { Component = u.Component with { Contract = new("Shop.IOther", "Shop.Contract", null) } }, binding: true);

    [Fact]
    public Task AContractRangeWithoutTheHostsVersionStops() =>
        StopsAsync(UpgradeRules.ContractVersion, u => u with { Component = u.Component with { Contract = u.Component.Contract with { Version = null } } }, binding: true, m => m with { Contract = m.Contract with { Range = VersionRange.Parse("[1.1.0, 2.0.0)") } });

    [Fact]
    public Task AWayThatIsNotDeclaredStops() => StopsAsync(UpgradeRules.PathDeclared, u => u, binding: true, m => m with { UpgradesFrom = VersionRange.Parse("[1.5.0, )") });

    [Fact]
    public Task StateWithoutAMigrationStops() => StopsAsync(UpgradeRules.StateForward, WithState, binding: true, m => m with { State = one with { Schema = 2 } });

    [Fact]
    public Task StateThatCannotComeBackStopsUntilSomebodyChooses() => StopsAsync(UpgradeRules.StateBack, WithState, binding: true, Irreversible);

    [Fact]
    public Task StateThatCannotComeBackCannotBeRolledBackByChoice() =>
        StopsAsync(UpgradeRules.StateBack, u => WithState(u) with { FailureAction = FailureAction.RollBack }, binding: true, Irreversible);

    [Theory]
    [InlineData(FailureAction.Freeze)]
    [InlineData(FailureAction.RollForward)]
    public async Task AnIrreversibleUpgradeIsMarkedAndGoesOnOnceItsFailureActionIsChosen(FailureAction action) =>
        Assert.True((await PassesAsync(UpgradeRules.StateBack, u => WithState(u) with { FailureAction = action }, Irreversible)).IsIrreversible);

    [Theory]
    [InlineData("[1.0.0, 2.0.0)", "1.5.0", true)]
    [InlineData("[1.0.0, 2.0.0)", "2.5.0", false)]
    [InlineData("[1.0.0, 2.0.0)", null, false)]
    [InlineData("[1.0.0, 2.0.0)", "", false)]
    public Task WhatItCallsMustServeInAVersionThatItWorksWith(string range, string? serving, bool passes)
    {
        Func<UpgradeContext, UpgradeContext> registered = u => serving is null ? u : u with { Components = [Parts.Of("stock") with { CurrentVersion = serving.Length > 0 ? Parts.V(serving) : null }] };
        Func<ReleaseManifest, ReleaseManifest> needs = m => m with { Dependencies = [new("stock", VersionRange.Parse(range))] };
        return passes ? PassesAsync(UpgradeRules.DependenciesMet, registered, needs) : StopsAsync(UpgradeRules.DependenciesMet, registered, binding: false, needs);
    }

    [Fact]
    public Task WhatIsUpgradedTogetherCountsInItsNewVersion() => PassesAsync(
        UpgradeRules.DependenciesMet,
        u => u with { Components = [Parts.Of("stock") with { CurrentVersion = Parts.V("1.0.0") }], Together = [Releases.Manifest("stock", "2.0.0")] },
        m => m with { Dependencies = [new("stock", VersionRange.Parse("[2.0.0, )"))] });

    [Fact]
    public async Task ACircleOfDependenciesIsToldByName()
    {
        var report = await ReportAsync(
            u => u with { Components = [Parts.Of("stock", "prices") with { CurrentVersion = Parts.V("1.0.0") }] },
            m => m with { Dependencies = [new("stock", VersionRange.All)] });

        Assert.Equal("The components depend on each other in a circle: prices -> stock -> prices.", Assert.Single(report.Findings, f => f is { Rule: UpgradeRules.DependenciesMet, Severity: FindingSeverity.Warning }).Message);
    }

    [Theory]
    [InlineData("[1.0.0, 3.0.0)", true)]
    [InlineData("[1.0.0, 2.0.0)", false)]
    public Task WhatCallsItMustWorkWithItsNewVersion(string range, bool passes)
    {
        Func<UpgradeContext, UpgradeContext> called = u => u with { Components = [Parts.Of("shop") with { CurrentVersion = Parts.V("1.0.0"), Dependencies = [new("prices", VersionRange.Parse(range))] }] };
        return passes ? PassesAsync(UpgradeRules.DependentsMet, called) : StopsAsync(UpgradeRules.DependentsMet, called, binding: false);
    }

    [Theory]
    [InlineData(64L, 100L, FindingSeverity.Pass)]
    [InlineData(63L, 100L, FindingSeverity.Error)]
    [InlineData(64L, 99L, FindingSeverity.Error)]
    [InlineData(null, 100L, FindingSeverity.Warning)]
    public async Task EachNodeMustHaveToSpareWhatItNeeds(long? memory, long? processor, FindingSeverity severity)
    {
        var report = await ReportAsync(
            u => u with { Nodes = [u.Nodes[0] with { FreeMemoryMebibytes = memory, FreeMillicores = processor }] },
            m => m with { Resources = new(64, 100) });

        Assert.Equal(severity, report.Findings.Where(f => f.Rule == UpgradeRules.ResourcesSuffice).Max(f => f.Severity));
    }

    [Fact]
    public Task AVersionOutsideOfThePinStops() => StopsAsync(UpgradeRules.PolicyPinned, u => u with { Policy = new() { Pinned = VersionRange.Parse("[1.0.0, 2.0.0)") } }, binding: false);

    [Fact]
    public Task AVersionInsideOfThePinPasses() => PassesAsync(UpgradeRules.PolicyPinned, u => u with { Policy = new() { Pinned = VersionRange.Parse("[1.0.0, 3.0.0)") } });

    [Fact]
    public Task ABlockedVersionStops() => StopsAsync(UpgradeRules.PolicyBlocked, u => u with { Policy = new() { Blocked = [VersionRange.Parse("[2.0.0]")] } }, binding: true);

    [Fact]
    public Task AVersionOutsideOfTheOperatorsPinStopsThoughThePolicyAllowsIt() => StopsAsync(
        UpgradeRules.PolicyPinned, u => u with { Policy = new() { Pinned = VersionRange.Parse("[1.0.0, 3.0.0)") }, Component = u.Component with { Pinned = VersionRange.Parse("[1.0.0]") } }, binding: false);

    [Fact]
    public Task AnOperatorsPinDoesNotLiftThePolicys() => StopsAsync(
        UpgradeRules.PolicyPinned, u => u with { Policy = new() { Pinned = VersionRange.Parse("[1.0.0]") }, Component = u.Component with { Pinned = VersionRange.Parse("[1.0.0, 3.0.0)") } }, binding: false);

    [Fact]
    public Task AGoingBackPassesAnOperatorsPin() => PassesAsync(UpgradeRules.PolicyPinned, u => u with { IsRollback = true, Component = u.Component with { Pinned = VersionRange.Parse("[1.0.0]") } });

    [Fact]
    public Task AVersionThatOperatorsBlockedStops() => StopsAsync(UpgradeRules.PolicyBlocked, u => u with { Component = u.Component with { Blocked = [VersionRange.Parse("[2.0.0]")] } }, binding: true);

    [Theory]
    [InlineData(48, true)]
    [InlineData(47, false)]
    public async Task AReleaseMustHaveBeenInItsFeedForLongEnough(int hours, bool passes)
    {
        _scene.Put("2.0.0");
        File.SetLastWriteTimeUtc(Path.Combine(_scene.Feed, "prices.2.0.0.nupkg"), Scene.Now.UtcDateTime - TimeSpan.FromHours(hours));
        var report = await _scene.ValidateAsync(_scene.Upgrade() with { Policy = new() { MinimumAge = TimeSpan.FromDays(2) } });

        var finding = Assert.Single(report.Findings, f => f.Rule == UpgradeRules.PolicyAge);
        Assert.Equal(passes ? FindingSeverity.Pass : FindingSeverity.Error, finding.Severity);
        Assert.Equal(passes ? "" : "Wait until 2030-01-01 01:00:00Z, or change the policy.", finding.Mend);
    }

    [Fact]
    public async Task AReleaseOfUnknownAgeIsHeld()
    {
        _scene.Put("2.0.0");
        var ageless = new FeedReleases([new Swapped(new FolderFeed(_scene.Feed), null)], new ReleaseStore(Path.Combine(_scene.Feed, "store")));
        var report = await new UpgradeValidator(ageless).ValidateAsync(_scene.Upgrade() with { Policy = new() { MinimumAge = TimeSpan.FromSeconds(1) } }, ValidationLevel.Normal, CancellationToken.None);

        Assert.Equal(UpgradeRules.PolicyAge, Assert.Single(report.Stopping).Rule);
    }

    [Theory]
    [InlineData(true, false, FindingSeverity.Error)]
    [InlineData(false, false, FindingSeverity.Warning)]
    [InlineData(true, true, FindingSeverity.Pass)]
    public async Task APrereleaseIsNotTakenByItself(bool automatic, bool allowed, FindingSeverity severity)
    {
        _scene.Put("3.0.0-rc.1");
        var report = await _scene.ValidateAsync(_scene.Upgrade("3.0.0-rc.1") with { IsAutomatic = automatic, Policy = new() { AllowPrerelease = allowed } });

        Assert.Equal(severity, Assert.Single(report.Findings, f => f.Rule == UpgradeRules.PolicyPrerelease).Severity);
    }

    [Theory]
    [InlineData(true, "2.0.0", FindingSeverity.Error)]
    [InlineData(false, "2.0.0", FindingSeverity.Warning)]
    [InlineData(true, "1.9.0", FindingSeverity.Pass)]
    public async Task WhatWasRolledBackIsNotTakenAgainByItself(bool automatic, string reverted, FindingSeverity severity)
    {
        var report = await ReportAsync(u => u with { IsAutomatic = automatic, Rollbacks = [new("prices", Parts.V(reverted), Scene.Now, "Errors."), new("other", Parts.V("2.0.0"), Scene.Now, "Errors.")] });

        Assert.Equal(severity, Assert.Single(report.Findings, f => f.Rule == UpgradeRules.NotReverted).Severity);
    }

    [Fact]
    public async Task WhatCannotBeCheckedForWantOfReportsIsAWarning()
    {
        var report = await ReportAsync(u => u with { Nodes = [new("silent")] });

        Assert.True(report.IsAllowed);
        Assert.Equal(
            [UpgradeRules.TargetFramework, UpgradeRules.ContractMembers, UpgradeRules.AssembliesResolve, UpgradeRules.MembersResolve, UpgradeRules.NativesResolve],
            report.Findings.Where(f => f.Severity == FindingSeverity.Warning).Select(f => f.Rule));
    }

    private static UpgradeContext WithState(UpgradeContext upgrade) => upgrade with { Component = upgrade.Component with { State = one } };

    private static ReleaseManifest Irreversible(ReleaseManifest manifest) => manifest with { State = one with { Schema = 2, Migrations = [new(1, 2, false, false, "Prices")] } };

    private async Task<ValidationReport> ReportAsync(Func<UpgradeContext, UpgradeContext> upgrade, Func<ReleaseManifest, ReleaseManifest>? manifest = null)
    {
        var wanted = upgrade(_scene.Upgrade());
        _scene.Put(wanted.Target.ToNormalizedString(), manifest);
        return await _scene.ValidateAsync(wanted);
    }

    private async Task StopsAsync(string rule, Func<UpgradeContext, UpgradeContext> upgrade, bool binding, Func<ReleaseManifest, ReleaseManifest>? manifest = null)
    {
        var report = await ReportAsync(upgrade, manifest);
        var errors = report.Findings.Where(f => f.Severity == FindingSeverity.Error && !f.Message.StartsWith("It was not checked", StringComparison.Ordinal)).ToList();
        Assert.Equal([rule], errors.Select(f => f.Rule).Distinct());
        Assert.All(errors, f => Assert.True(f.Message.Length > 0 && f.Mend.Length > 0 && f.IsBinding == binding, f.ToString()));
        Assert.Equal(binding, ValidationReport.Stops(errors[0], ValidationLevel.Permissive));
    }

    private async Task<ValidationReport> PassesAsync(string rule, Func<UpgradeContext, UpgradeContext> upgrade, Func<ReleaseManifest, ReleaseManifest>? manifest = null)
    {
        var report = await ReportAsync(upgrade, manifest);
        Assert.Empty(report.Stopping.Select(f => f.ToString()));
        Assert.All(report.Findings.Where(f => f.Rule == rule), f => Assert.Equal(FindingSeverity.Pass, f.Severity));
        return report;
    }

    /// <summary>A feed that tells no times, and may give other bytes than it has.</summary>
    private sealed class Swapped(FolderFeed feed, byte[]? content) : IReleaseFeed
    {
        public string Name => feed.Name;

        public async Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken)
        {
            var listing = await feed.ListAsync(component, packageId, cancellationToken);
            return listing with { Releases = [.. listing.Releases.Select(release => release with { Published = null })] };
        }

        public async Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken) =>
            content is null ? await feed.OpenAsync(release, cancellationToken) : new MemoryStream(content);
    }
}
