using NuGet.Versioning;
using Theseus.Packaging;
using Theseus.Testing;

namespace Theseus.Control.Tests.Components;

public sealed class RegistryLaws
{
    private static readonly CancellationToken none = CancellationToken.None;

    [Fact]
    public async Task WhatIsRegisteredIsFoundAlsoByAnotherRegistryOfTheStore()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        var result = await registry.RegisterAsync(Parts.Of("prices") with { Labels = new Dictionary<string, string> { ["team"] = "shop" }, CurrentVersion = Parts.V("9.0.0") }, "First.", none);

        Assert.Equal(RegistryOutcome.Saved, result.Outcome);
        Assert.Equal(1, result.Component!.Revision);
        foreach (var one in new[] { registry, await Parts.OpenAsync(store) })
        {
            var found = one.Find("prices")!;
            Assert.Equal(ComponentLifecycle.Registered, found.Lifecycle);
            Assert.Null(found.CurrentVersion);
            Assert.Equal("prices", found.PackageId);
            Assert.Equal(["prices"], one.FindByLabels(new Dictionary<string, string> { ["team"] = "shop" }).Select(c => c.Name));
            Assert.Empty(one.FindByLabels(new Dictionary<string, string> { ["team"] = "other" }));
        }
    }

    [Fact]
    public async Task ANameIsRegisteredOnce()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        var again = await registry.RegisterAsync(Parts.Of("prices"), "Again.", none);

        Assert.Equal(RegistryOutcome.AlreadyRegistered, again.Outcome);
        Assert.Equal(1, again.Component!.Revision);
    }

    [Fact]
    public async Task AllFaultsOfADescriptorAreToldAtOnceAndNothingIsSaved()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        var result = await registry.RegisterAsync(
            new()
            {
                Name = "Prices!",
                Contract = new("", "Shop", null),
                HealthCheck = new() { Timeout = TimeSpan.Zero, FailureThreshold = 0 },
                Resources = new(-1, 0),
                Criticality = (Criticality)9,
                Dependencies = [new("stock", VersionRange.All), new("stock", VersionRange.All), new("No Name", VersionRange.All), new("Prices!", VersionRange.All)],
                UpgradePaths = [new(Parts.V("1.0.0"), null), new(Parts.V("1.0"), null)],
                Labels = new Dictionary<string, string> { ["a b"] = "x", ["c"] = new('x', 257) },
            },
            "Test.", none);

        Assert.Equal(RegistryOutcome.Invalid, result.Outcome);
        Assert.Equal(
            ["name", "contract", "healthCheck", "healthCheck.failureThreshold", "resources", "criticality", "dependencies", "dependencies", "dependencies", "upgradePaths", "labels", "labels.c"],
            result.Problems.Select(problem => problem[..problem.IndexOf(':')]));
        Assert.Empty(await store.ReadAllAsync(none));
    }

    [Fact]
    public async Task AnUpdateLeavesNameVersionAndLifecycleAlone()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        var result = await registry.UpdateAsync("prices", one => one with { Name = "other", Lifecycle = ComponentLifecycle.Failed, CurrentVersion = Parts.V("3.0.0"), Criticality = Criticality.High }, none);

        var found = registry.Find("prices")!;
        Assert.Equal(result.Component, found);
        Assert.Equal((ComponentLifecycle.Registered, null, Criticality.High, 2), (found.Lifecycle, found.CurrentVersion, found.Criticality, found.Revision));
        Assert.Single(await registry.ReadHistoryAsync("prices", 10, none));
    }

    [Fact]
    public async Task AnUpdateThatChangesNothingSavesNothing()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));

        Assert.Equal(RegistryOutcome.Unchanged, (await registry.UpdateAsync("prices", one => one with { }, none)).Outcome);
        Assert.Equal(1, registry.Find("prices")!.Revision);
    }

    [Fact]
    public async Task NobodyChangesADescriptorThroughTheListsThatItWasMadeOf()
    {
        var labels = new Dictionary<string, string> { ["team"] = "shop" };
        var needs = new List<ComponentDependency> { new("stock", VersionRange.All) };
        var registry = await Parts.WithAsync(Parts.Of("prices") with { Labels = labels, Dependencies = needs });
        labels["team"] = "other";
        needs.Clear();

        var found = registry.Find("prices")!;
        Assert.Equal("shop", found.Labels["team"]);
        Assert.Equal("stock", Assert.Single(found.Dependencies).Component);
    }

    [Fact]
    public async Task EachChangeOfALifeIsInItsHistory()
    {
        var time = new ManualTimeProvider();
        var registry = await Parts.OpenAsync(new MemoryStore(), time);
        await registry.RegisterAsync(Parts.Of("prices"), "First.", none);
        time.Advance(TimeSpan.FromHours(1));
        var release = Releases.Manifest("prices", "1.0.0") with { State = new(StateKind.Transferred, 2, null, []), Resources = new(64, 100), Dependencies = [new("stock", VersionRange.All)] };
        await registry.MoveAsync("prices", new(ComponentLifecycle.Upgrading, "Deploy.") { Upgrade = "u-1" }, none);
        time.Advance(TimeSpan.FromHours(1));
        await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "Done.") { Upgrade = "u-1", Release = release }, none);

        Assert.Equal(
            [
                new("prices", 3, new(2000, 1, 1, 2, 0, 0, default), ComponentLifecycle.Upgrading, ComponentLifecycle.Active, null, Parts.V("1.0.0"), "Done.", "u-1"),
                new("prices", 2, new(2000, 1, 1, 1, 0, 0, default), ComponentLifecycle.Registered, ComponentLifecycle.Upgrading, null, null, "Deploy.", "u-1"),
                new LifecycleChange("prices", 1, new(2000, 1, 1, 0, 0, 0, default), null, ComponentLifecycle.Registered, null, null, "First.", null),
            ],
            await registry.ReadHistoryAsync("prices", 10, none));
        var found = registry.Find("prices")!;
        Assert.Equal((Parts.V("1.0.0"), 2, 64), (found.CurrentVersion!, found.State.Schema, found.Resources.MemoryMebibytes));
        Assert.Equal("stock", Assert.Single(found.Dependencies).Component);
    }

    [Fact]
    public async Task AMoveThatTheTableDoesNotHaveIsRefusedWithTheMovesThatItHas()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        var result = await registry.MoveAsync("prices", new(ComponentLifecycle.RollingBack, "No."), none);

        Assert.Equal(RegistryOutcome.TransitionRefused, result.Outcome);
        Assert.Equal("'prices' is Registered, from which it may go to Active, Upgrading, Degraded, Retired, not to RollingBack.", Assert.Single(result.Problems));
        Assert.Single(await registry.ReadHistoryAsync("prices", 10, none));
    }

    [Fact]
    public async Task NothingServesWithoutAVersion()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));

        Assert.Equal(RegistryOutcome.TransitionRefused, (await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "?"), none)).Outcome);
    }

    [Fact]
    public async Task WhatIsRemovedIsGoneAndItsHistoryAndRevisionGoOnWhenItComesBack()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "Runs.") { Version = Parts.V("1.0.0") }, none);
        await registry.RemoveAsync("prices", "Not needed.", none);

        Assert.Null(registry.Find("prices"));
        Assert.Empty(registry.Components);
        Assert.True(registry.IsRetired("prices"));
        Assert.Equal(RegistryOutcome.NotFound, (await registry.UpdateAsync("prices", one => one with { Criticality = Criticality.Low }, none)).Outcome);
        Assert.Equal(RegistryOutcome.NotFound, (await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "?"), none)).Outcome);
        Assert.Equal(4, (await registry.RegisterAsync(Parts.Of("prices"), "Again.", none)).Component!.Revision);
        Assert.Equal([ComponentLifecycle.Retired, ComponentLifecycle.Active, ComponentLifecycle.Registered, null],
            (await registry.ReadHistoryAsync("prices", 10, none)).Select(change => change.From));
    }

    [Fact]
    public async Task WhoLosesARaceChangesWhatTheWinnerWrote() =>
        Assert.Equal((Criticality.High, TimeSpan.FromSeconds(9)), await RaceAsync(new MemoryStore()));

    /// <summary>The frozen bug that the law above is there to find.</summary>
    [Fact]
    public async Task ControlAStoreThatIgnoresRevisionsLosesAChange() =>
        Assert.NotEqual((Criticality.High, TimeSpan.FromSeconds(9)), await RaceAsync(new MemoryStore { IgnoresRevisions = true }));

    [Fact]
    public async Task OfTwoWhoStartAnUpgradeFromTheSameStateOneIsRefused()
    {
        var store = new MemoryStore();
        var (one, other) = await TwoAsync(store);
        var move = new LifecycleMove(ComponentLifecycle.Upgrading, "Mine.") { OnlyFrom = ComponentLifecycle.Registered };
        RegistryResult? winner = null;
        store.BeforeNextSave = async () => winner = await other.MoveAsync("prices", move, none);
        var loser = await one.MoveAsync("prices", move, none);

        Assert.Equal(RegistryOutcome.Saved, winner!.Outcome);
        Assert.Equal(RegistryOutcome.TransitionRefused, loser.Outcome);
        Assert.Equal(2, (await one.ReadHistoryAsync("prices", 10, none)).Count);
    }

    [Fact]
    public async Task ARefusalIsDecidedByTheStoreAndNotByAnOldPicture()
    {
        var (one, other) = await TwoAsync(new MemoryStore());
        await other.MoveAsync("prices", new(ComponentLifecycle.Upgrading, "By the other."), none);

        // In its picture 'prices' is still registered, from which there is no way to a rollback.
        Assert.Equal(ComponentLifecycle.Registered, one.Find("prices")!.Lifecycle);
        Assert.Equal(RegistryOutcome.Saved, (await one.MoveAsync("prices", new(ComponentLifecycle.RollingBack, "Take it back."), none)).Outcome);
    }

    [Fact]
    public async Task ASaveThatIsHeardOfLateDoesNotHideALaterOne()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        await registry.RegisterAsync(Parts.Of("prices"), "Test.", none);
        store.AfterNextSave = async () =>
        {
            await registry.RefreshAsync(none);
            await registry.UpdateAsync("prices", one => one with { Criticality = Criticality.Critical }, none);
        };
        await registry.UpdateAsync("prices", one => one with { Criticality = Criticality.Low }, none);

        Assert.Equal((3, Criticality.Critical), (registry.Find("prices")!.Revision, registry.Find("prices")!.Criticality));
    }

    [Fact]
    public async Task ARefreshShowsWhatOthersHaveSaved()
    {
        var (one, other) = await TwoAsync(new MemoryStore());
        await other.RegisterAsync(Parts.Of("stock"), "New.", none);
        Assert.Null(one.Find("stock"));
        await one.RefreshAsync(none);

        Assert.NotNull(one.Find("stock"));
    }

    [Fact]
    public async Task ManyWritersOfManyRegistriesLoseNothing()
    {
        var store = new MemoryStore();
        var registries = new[] { await Parts.OpenAsync(store), await Parts.OpenAsync(store), await Parts.OpenAsync(store) };
        await registries[0].RegisterAsync(Parts.Of("prices"), "Test.", none);
        var saved = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var result = await registries[writer % 3].UpdateAsync("prices", one => one with { Resources = new(one.Resources.MemoryMebibytes + 1, 0) }, none);
                Assert.True(result.Outcome is RegistryOutcome.Saved or RegistryOutcome.Conflict);
                if (result.Outcome == RegistryOutcome.Saved)
                    Interlocked.Increment(ref saved);
            }
        }))).WaitAsync(TimeSpan.FromMinutes(1));
        await Task.WhenAll(registries.Select(one => one.RefreshAsync(none)));

        Assert.True(saved > 0);
        Assert.All(registries, one => Assert.Equal((saved, saved + 1), (one.Find("prices")!.Resources.MemoryMebibytes, one.Find("prices")!.Revision)));
    }

    private static async Task<(Criticality, TimeSpan)> RaceAsync(MemoryStore store)
    {
        var (one, other) = await TwoAsync(store);
        store.BeforeNextSave = () => other.UpdateAsync("prices", part => part with { Criticality = Criticality.High }, none);
        await one.UpdateAsync("prices", part => part with { HealthCheck = new() { Timeout = TimeSpan.FromSeconds(9) } }, none);
        await other.RefreshAsync(none);
        var end = (await store.ReadAsync("prices", none))!;
        return (end.Criticality, end.HealthCheck.Timeout);
    }

    private static async Task<(ComponentRegistry One, ComponentRegistry Other)> TwoAsync(MemoryStore store)
    {
        var one = await Parts.OpenAsync(store);
        await one.RegisterAsync(Parts.Of("prices"), "Test.", none);
        return (one, await Parts.OpenAsync(store));
    }
}
