using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Validation;

/// <summary>Where the direct step is not safe, whoever asks is told which way is, or why there is none.</summary>
public sealed class DetourLaws : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task AWayThatIsNotDeclaredIsRefusedWithTheReleasesToGoBy()
    {
        _scene.Put("1.1.0");
        _scene.Put("1.2.0", Declaring("[1.1.0, )"));
        _scene.Put("2.0.0", Declaring("[1.2.0, )"));

        Assert.Equal("Go by 1.1.0, then 1.2.0: 1.0.0 -> 1.1.0 -> 1.2.0 -> 2.0.0.", await MendAsync(UpgradeRules.PathDeclared, _scene.Upgrade()));
    }

    [Fact]
    public async Task AMigrationThatOnlyAReleaseInBetweenCarriesIsToldToo()
    {
        _scene.Put("1.1.0", m => m with { State = Schema(2, new MigrationDeclaration(1, 2, true, false, "M")) });
        _scene.Put("2.0.0", m => m with { State = Schema(3, new MigrationDeclaration(2, 3, true, false, "M")) });
        var upgrade = _scene.Upgrade();

        Assert.Equal("Go by 1.1.0: 1.0.0 -> 1.1.0 -> 2.0.0.", await MendAsync(UpgradeRules.StateForward, upgrade with { Component = upgrade.Component with { State = Schema(1) } }));
    }

    [Fact]
    public async Task WithoutAnyReleaseInBetweenThatIsSaid()
    {
        _scene.Put("2.0.0", Declaring("[1.5.0, )"));

        Assert.Equal("Go by a release in between. The feeds have none that leads there.", await MendAsync(UpgradeRules.PathDeclared, _scene.Upgrade()));
    }

    [Fact]
    public async Task WhatKeepsTheReleasesInBetweenFromLeadingThereIsToldAndNotAllOfIt()
    {
        foreach (var version in new[] { "1.1.0", "1.2.0", "1.3.0", "1.4.0" })
        {
            _scene.Put(version);
        }

        _scene.Put("2.0.0", Declaring("[1.5.0, )"));

        Assert.Equal(
            "Go by a release in between. The feeds have none that leads there: " + string.Join(" ", new[] { "1.1.0", "1.2.0", "1.3.0" }.Select(from => $"{from} -> 2.0.0: UpgradesFrom: 2.0.0 declares itself safe to upgrade to from [1.5.0, ); {from} serves.")) + " And 1 more.",
            await MendAsync(UpgradeRules.PathDeclared, _scene.Upgrade()));
    }

    [Fact]
    public async Task NoWayIsToldThroughReleasesThatWouldBeRefusedThemselves()
    {
        _scene.Put("1.5.0");
        _scene.Put("1.6.0-beta");
        _scene.Put("1.7.0");
        _scene.Put("2.0.0", Declaring("[1.5.0, )"));
        var upgrade = _scene.Upgrade();
        var component = upgrade.Component with { Blocked = [VersionRange.Parse("[1.7.0]")] };

        Assert.Contains("-> 1.5.0 ->", await MendAsync(UpgradeRules.PathDeclared, upgrade with { Component = component }));
        Assert.Contains("-> 1.6.0-beta ->", await MendAsync(UpgradeRules.PathDeclared, upgrade with { Component = component, Policy = new() { AllowPrerelease = true } }));
        Assert.Contains("none that leads there", await MendAsync(UpgradeRules.PathDeclared, upgrade with { Component = component, Policy = new() { Blocked = [VersionRange.Parse("[1.5.0]")] } }));
        Assert.Contains("none that leads there", await MendAsync(UpgradeRules.PathDeclared, upgrade with { Component = component with { Pinned = VersionRange.Parse("[2.0.0]") } }));
        Assert.Contains("none that leads there", await MendAsync(UpgradeRules.PathDeclared, upgrade with { Component = component, Policy = new() { Pinned = VersionRange.Parse("[2.0.0]") } }));
    }

    [Fact]
    public async Task WhereTheDirectStepIsFineNoOtherReleaseIsRead()
    {
        _scene.Put("1.1.0");
        _scene.Put("2.0.0");
        var releases = new Counting(_scene.ReleasesOf(_scene.Feed));

        Assert.True((await new UpgradeValidator(releases).ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal, CancellationToken.None)).IsAllowed);
        // The release that serves, as always.
        Assert.Equal(["1.0.0"], releases.Read);

        _scene.Put("2.1.0", Declaring("[1.1.0, )"));
        await new UpgradeValidator(releases).ValidateAsync(_scene.Upgrade("2.1.0"), ValidationLevel.Normal, CancellationToken.None);
        Assert.Contains("1.1.0", releases.Read);
    }

    public void Dispose() => _scene.Dispose();

    private static Func<ReleaseManifest, ReleaseManifest> Declaring(string range) => manifest => manifest with { UpgradesFrom = VersionRange.Parse(range) };

    private static StateDeclaration Schema(int schema, params MigrationDeclaration[] migrations) => new(StateKind.Transferred, schema, null, migrations);

    private async Task<string> MendAsync(string rule, UpgradeContext upgrade) =>
        Assert.Single((await _scene.ValidateAsync(upgrade)).Stopping, finding => finding.Rule == rule && !finding.IsConsequence).Mend;

    /// <summary>The product's feeds, and which manifests were read out of them.</summary>
    private sealed class Counting(IReleaseProvider releases) : IReleaseProvider
    {
        public List<string> Read { get; } = [];

        public Task<ManifestLookup> ReadAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken)
        {
            Read.Add(version.ToNormalizedString());
            return releases.ReadAsync(component, packageId, version, cancellationToken);
        }

        public Task<ReleaseListing> BrowseAsync(CancellationToken cancellationToken) => releases.BrowseAsync(cancellationToken);

        public Task<ReleaseListing> ListAsync(string component, string packageId, CancellationToken cancellationToken) => releases.ListAsync(component, packageId, cancellationToken);

        public Task<ReleaseLookup> OpenAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken) => releases.OpenAsync(component, packageId, version, cancellationToken);
    }
}
