using NuGet.Versioning;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of ways that lead through several releases.</summary>
public sealed class PathScenarios
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task AReleaseThatIsNotSafeToGoToDirectlyIsReachedByTheWayThatTheRefusalNamesAndLeftByTheWayBack()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withRelay: true);
        var (relay, to) = (fleet.Plane.Components.Find("relay")!, new NuGetVersion(3, 0, 0));

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Upgrades.StartCheckedAsync(Relay("3.0.0"), Fleet.Deadline, s_none));

        Assert.Equal(UpgradeRefusal.NotPossible, refused.Refusal);
        Assert.EndsWith("Go by 2.0.0: 1.0.0 -> 2.0.0 -> 3.0.0.", Assert.Single(refused.Faults));
        Assert.Contains(refused.Faults[0], (await fleet.Plane.Upgrades.PlanAsync(Relay("3.0.0"), s_none)).Problems);
        Assert.Empty(await fleet.Plane.Upgrades.GetHistoryAsync(null, 10, s_none));
        Assert.All(fleet.Relays, one => Assert.Equal("1.0.0", one.Version));

        var there = await fleet.Plane.Versions.FindPathAsync(relay, to, fleet.Plane.VersionOptionsOf(relay), s_none);
        var back = await fleet.Plane.Versions.FindWayBackAsync(relay, to, fleet.Plane.VersionOptionsOf(relay), s_none);
        Assert.Equal(("1.0.0 -> 2.0.0 -> 3.0.0", "3.0.0 -> 1.0.0"), (there.Path?.ToString(), back.Path?.ToString()));
        foreach (var step in there.Path!.Steps.Concat(back.Path!.Steps))
        {
            var version = step.To.ToNormalizedString();
            var ended = await fleet.RunAsync(Relay(version));
            Assert.True(ended.State == UpgradeState.Completed, ended.Detail);
            Assert.All(fleet.Relays, one => Assert.Equal(version, one.Version));
            await fleet.UntilAsync("relay", found => found.CurrentVersion == step.To && found.Lifecycle == ComponentLifecycle.Active);
        }
    }

    [Fact]
    public async Task WithoutAWayTheRefusalSaysWhy()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, withRelay: true);
        await fleet.Plane.Components.SetAsync("relay", new ComponentChange { Block = [VersionRange.Parse("[2.0.0]")] }, "operator", "it is slow", s_none);

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Upgrades.StartCheckedAsync(Relay("3.0.0"), Fleet.Deadline, s_none));

        Assert.EndsWith("Go by a release in between. The feeds have none that leads there.", Assert.Single(refused.Faults));
    }

    private static UpgradeRequest Relay(string version) => Fleet.To(version, new ImmediateParameters()) with { Targets = [new UpgradeTarget("relay", version)] };
}
