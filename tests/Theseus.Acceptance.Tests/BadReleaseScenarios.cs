using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime;

namespace Theseus.Acceptance.Tests;

/// <summary>
/// The bad releases of the samples, all of them, under each strategy and steady calls: each is found out by what can see it,
/// all nodes are back on the release from before, and no caller notices. A good one goes through on the same way.
/// </summary>
public sealed class BadReleaseScenarios
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    // Recent calls are not made again to warm a release up: that would find most of these before any caller is on them.
    private static readonly SwapOptions s_swap = new()
    {
        Loading = LoadingMode.Collectible,
        WarmUp = new() { Rounds = 32, RecentCalls = 0, LongestSettling = TimeSpan.Zero },
        Deadlines = new() { Start = TimeSpan.FromSeconds(1), Stop = TimeSpan.FromSeconds(1), Drain = TimeSpan.FromSeconds(1), Unload = TimeSpan.FromSeconds(4) },
        RestBeforeStop = TimeSpan.Zero,
    };

    public static TheoryData<UpgradeStrategy> Strategies => [.. Enum.GetValues<UpgradeStrategy>()];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task OneThatShowsInCallsIsTakenBackAndAGoodOneIsNot(UpgradeStrategy strategy)
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, swap: s_swap);
        await using var load = new SteadyCalls(fleet.Renderers);
        await load.MoreAsync(200);

        foreach (var version in (string[])["9.1.0", "9.2.0", "9.6.0", "9.10.0"])
        {
            var ended = await fleet.RunAsync(To("markdown", version, strategy, TimeSpan.FromMinutes(5)));

            Assert.True(ended is { State: UpgradeState.RolledBack, WasActivated: true } && ended.Wave == FirstOf(strategy), $"{version}: {ended.State} in wave {ended.Wave}, {ended.Detail}");
            await AllServeAsync(fleet, "markdown", "1.0.0");
        }

        var good = await fleet.RunAsync(To("markdown", "2.0.0", strategy, TimeSpan.FromSeconds(1)));

        Assert.True(good.State == UpgradeState.Completed, good.Detail);
        await load.EndAsync();
        Assert.Empty(load.Failures);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task OneThatDoesNotGetReadyTakesNoCallAndNoState(UpgradeStrategy strategy)
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true, swap: s_swap);
        await using var load = new SteadyCalls(fleet.Renderers);
        Assert.All(fleet.Limiters, limiter => Assert.True(limiter.TryAcquire("somebody", 3).Granted));

        foreach (var (component, version, why) in ((string, string, string)[])
        [
            ("markdown", "9.4.0", "ConstructorThrew"),
            ("markdown", "9.5.0", "Theseus.Samples.Typography"),
            ("markdown", "9.7.0", "StartTimedOut"),
            ("rate-limiter", "9.1.0", "ImportAsync of rate-limiter 9.1.0 failed"),
            ("rate-limiter", "9.3.0", "StateRefused"),
            ("rate-limiter", "9.4.0", "keeps no state"),
        ])
        {
            var ended = await fleet.RunAsync(To(component, version, strategy, TimeSpan.FromMinutes(5)));

            Assert.True(ended.State is UpgradeState.Failed or UpgradeState.RolledBack, $"{version}: {ended.State}, {ended.Detail}");
            // Gradual splits calls, which nothing with moving state can do: it is refused whatever the release is like.
            Assert.Contains(strategy == UpgradeStrategy.Gradual && component == "rate-limiter" ? "cannot be split" : why, ended.Detail);
            await AllServeAsync(fleet, component, "1.0.0");
        }

        Assert.All(fleet.Limiters, limiter => Assert.Equal(3, limiter.Snapshot()["somebody"]));
        await load.EndAsync();
        Assert.Empty(load.Failures);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task OneThatShowsOnlyWhenItHasToGoIsLeftAndItsRecordNamesWhatStays(UpgradeStrategy strategy)
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, swap: s_swap);
        await using var load = new SteadyCalls(fleet.Renderers);
        await load.MoreAsync(50);

        foreach (var (version, stays) in ((string, string)[])
        [
            ("9.3.0", ""), // its timer is found and stopped
            ("9.3.2", ""), // its handler is found and taken off
            ("9.8.0", ""), // its stop is not waited for
            ("9.3.1", "Still in memory"),
            ("9.9.0", "1 call of RenderAsync"),
        ])
        {
            // Whether a call came in so short a time, of code that is compiled first, is not what is looked at here.
            var asked = To("markdown", version, strategy, TimeSpan.FromMilliseconds(300));
            var there = await fleet.RunAsync(asked with { Parameters = asked.Parameters with { WhenInconclusive = InconclusiveWave.GoOn } });
            Assert.True(there.State == UpgradeState.Completed, $"{version}: {there.State}, {there.Detail}");
            if (version == "9.9.0")
            {
                _ = fleet.Renderers[0].RenderAsync("for ever", s_none);
            }

            var back = await fleet.EndOfAsync((await fleet.Plane.Rollback.RollBackAsync(there.Id, "operator", "", s_none)).Id);

            Assert.True(back.State == UpgradeState.Completed, $"{version}: {back.State}, {back.Detail}");
            await AllServeAsync(fleet, "markdown", "1.0.0");
            Assert.Equal(stays.Length > 0, back.Lingering.Any(left => left.Contains($", {version}: ", StringComparison.Ordinal)));
            Assert.True(stays.Length == 0 || back.Lingering.Any(left => left.Contains(stays, StringComparison.Ordinal)), string.Join("\n", back.Lingering));
        }

        await load.EndAsync();
        Assert.Empty(load.Failures);
    }

    [Fact]
    public async Task OneThatCannotGiveItsStateAwayIsLeftWithTheStateFromBefore()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, withLimiter: true, swap: s_swap);
        Assert.All(fleet.Limiters, limiter => Assert.True(limiter.TryAcquire("somebody", 3).Granted));
        var there = await fleet.RunAsync(To("rate-limiter", "9.2.0", UpgradeStrategy.Immediate, TimeSpan.FromMilliseconds(300)));
        Assert.True(there.State == UpgradeState.Completed, there.Detail);

        var refused = await fleet.EndOfAsync((await fleet.Plane.Rollback.RollBackAsync(there.Id, "operator", "", s_none)).Id);

        Assert.Equal(UpgradeState.RolledBack, refused.State);
        Assert.Contains("ExportAsync of rate-limiter 9.2.0 had not ended", refused.Detail);
        await AllServeAsync(fleet, "rate-limiter", "9.2.0");
        Assert.All(fleet.Limiters, limiter => Assert.Equal(3, limiter.Snapshot()["somebody"]));

        var back = await fleet.EndOfAsync((await fleet.Plane.Rollback.RollBackAsync(there.Id, "operator", "", ReturningState.FromBefore, s_none)).Id);

        Assert.True(back.State == UpgradeState.Completed, back.Detail);
        await AllServeAsync(fleet, "rate-limiter", "1.0.0");
        Assert.All(fleet.Limiters, limiter => Assert.Equal(3, limiter.Snapshot()["somebody"]));
    }

    private static UpgradeRequest To(string component, string version, UpgradeStrategy strategy, TimeSpan observe)
    {
        StrategyParameters parameters = strategy switch
        {
            UpgradeStrategy.BlueGreen => new BlueGreenParameters { WarmFor = TimeSpan.Zero },
            UpgradeStrategy.Gradual => new GradualParameters { Steps = [0.2, 1] },
            _ => ParameterReader.Default(strategy),
        };
        return new()
        {
            Targets = [new UpgradeTarget(component, version)],
            Parameters = parameters with { Observe = observe },
            RequestedBy = "operator",
        };
    }

    /// <summary>The first wave that sends callers to the release: blue-green makes all nodes ready in one before.</summary>
    private static int FirstOf(UpgradeStrategy strategy) => strategy == UpgradeStrategy.BlueGreen ? 1 : 0;

    private static async Task AllServeAsync(Fleet fleet, string component, string version)
    {
        IReadOnlyList<NodeReport> nodes = await fleet.Plane.Upgrades.WaitForNodesAsync(
            nodes => nodes.SelectMany(node => node.Components).Where(one => one.Component == component).All(one => one.Trial is null && one.Confirmed?.Version == version), s_none).WaitAsync(Fleet.Deadline);
        Assert.Equal(2, nodes.Count);
    }
}
