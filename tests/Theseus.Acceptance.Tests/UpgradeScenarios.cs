using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of upgrades, under the names that they were accepted by.</summary>
public sealed class UpgradeScenarios
{
    public static TheoryData<UpgradeStrategy> Strategies => [.. Enum.GetValues<UpgradeStrategy>()];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task SubmitRuntimeUpgradeSuccess(UpgradeStrategy strategy)
    {
        await using var fleet = await Fleet.StartAsync(nodes: 3);
        var parameters = ParameterReader.Default(strategy);

        var ended = await fleet.RunAsync(Fleet.To("2.0.0", parameters is BlueGreenParameters blueGreen ? blueGreen with { WarmFor = TimeSpan.Zero } : parameters));

        Assert.True(ended.State == UpgradeState.Completed, ended.Detail);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("1.6", renderer.Engine));
        Assert.Empty((await fleet.Plane.Audit.VerifyAsync(null, CancellationToken.None)).Problems);
    }

    [Fact]
    public async Task SubmitRuntimeUpgradeValidationFailure()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1);

        var ended = await fleet.RunAsync(Fleet.To("7.7.7", new ImmediateParameters()));

        Assert.Equal(UpgradeState.Failed, ended.State);
        Assert.Contains("7.7.7", ended.Detail);
        Assert.NotEmpty(ended.Findings);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("0.31", renderer.Engine));
    }

    [Fact]
    public async Task ABadReleaseIsTakenBackEverywhereByItself()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 3);
        var upgrade = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("9.1.0", new CanaryParameters()) with { Parameters = new CanaryParameters { Observe = TimeSpan.FromMinutes(5) } }, CancellationToken.None);
        await fleet.UntilAsync(upgrade.Id, now => now is { State: UpgradeState.InProgress, Phase: WavePhase.Observing });

        // The release throws on tables; its callers are answered by the stable one, and it is found out by that.
        Assert.All(fleet.Renderers, renderer => Assert.Contains("<table>", renderer.Render("| a |\n| --- |\n| b |\n")));
        var ended = await fleet.EndOfAsync(upgrade.Id);

        Assert.Equal(UpgradeState.RolledBack, ended.State);
        Assert.Equal(0, ended.Wave);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("0.31", renderer.Engine));
    }

    [Fact]
    public async Task UpgradeRequestParametersReachThePlan()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 4);
        var read = ParameterReader.Read(UpgradeStrategy.Rolling, new Dictionary<string, string> { ["batch"] = "1", ["byFailureDomain"] = "false", ["observe"] = "7s" }, out var faults);

        var preview = await fleet.Plane.Upgrades.PlanAsync(Fleet.To("2.0.0", read) with { Parameters = read }, CancellationToken.None);

        Assert.Empty(faults);
        Assert.Empty(preview.Problems);
        // What nodes of this process offer is known, so that nothing is left unchecked.
        Assert.DoesNotContain(preview.Findings, finding => finding.Contains("is not known", StringComparison.Ordinal));
        Assert.Equal(4, preview.Plan!.Waves.Count);
        Assert.All(preview.Plan.Waves, wave => Assert.Equal(TimeSpan.FromSeconds(7), wave.Observe));
        ParameterReader.Read(UpgradeStrategy.Rolling, new Dictionary<string, string> { ["batsh"] = "1", ["batch"] = "many" }, out var wrong);
        Assert.Equal(2, wrong.Count);
    }

    [Fact]
    public async Task ANodeThatHasLeftIsPlannedWithoutAndNothingWaitsForIt()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 3);
        var first = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        Assert.True(first.State == UpgradeState.Completed, first.Detail);

        await fleet.StopNodeAsync(1);
        await fleet.Plane.Upgrades.WaitForNodesAsync(nodes => nodes.Count == 2, CancellationToken.None).WaitAsync(Fleet.Deadline);
        var back = await fleet.EndOfAsync((await fleet.Plane.Rollback.RollBackAsync(first.Id, "operator", "", CancellationToken.None)).Id);

        Assert.True(back.State == UpgradeState.Completed, back.Detail);
        Assert.Equal(["node1", "node3"], back.Plan!.Waves.SelectMany(wave => wave.Activate).Select(step => step.Node).Order());
        Assert.All(fleet.Renderers, renderer => Assert.Contains("0.31", renderer.Engine));
    }

    [Fact]
    public async Task OneUpgradePerComponentAtATime()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1);
        var first = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("2.0.0", new ImmediateParameters()) with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromHours(1) } }, CancellationToken.None);
        await fleet.UntilAsync(first.Id, now => now.Phase == WavePhase.Observing);

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Upgrades.StartAsync(Fleet.To("2.0.0", new ImmediateParameters()), CancellationToken.None));

        Assert.Equal(UpgradeRefusal.Busy, refused.Refusal);
        Assert.Contains(first.Id, refused.Message);
        await fleet.Plane.Upgrades.RollBackAsync(first.Id, "operator", "enough", CancellationToken.None);
        Assert.Equal(UpgradeState.RolledBack, (await fleet.EndOfAsync(first.Id)).State);
    }

    [Fact]
    public async Task CurrentVersionAndLifecycleFollowTheUpgrade()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2);
        Assert.Equal("1.0.0", fleet.Plane.Components.Find("markdown")!.CurrentVersion!.ToNormalizedString());

        await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));

        await fleet.UntilAsync("markdown", found => found is { Lifecycle: ComponentLifecycle.Active, CurrentVersion.Major: 2 });
        var history = await fleet.Plane.Components.ReadHistoryAsync("markdown", 10, CancellationToken.None);
        Assert.Contains(history, change => change.To == ComponentLifecycle.Upgrading && change.Upgrade is not null);
    }

    [Fact]
    public async Task AControlPlaneThatWasAwayGoesOnWhereItStopped()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2);
        var upgrade = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("2.0.0", new RollingParameters()) with { Parameters = new RollingParameters { Batch = Amount.Nodes(1), Observe = TimeSpan.FromSeconds(1) } }, CancellationToken.None);
        await fleet.UntilAsync(upgrade.Id, now => now.Phase == WavePhase.Observing);

        await fleet.Plane.DisposeAsync();
        await fleet.StartPlaneAsync();

        Assert.Equal(UpgradeState.Completed, (await fleet.EndOfAsync(upgrade.Id)).State);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("1.6", renderer.Engine));
    }

    [Fact]
    public async Task NodesObeyAControlPlaneWhoseDatabaseWasLost()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2);
        await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));
        var before = await fleet.RunAsync(Fleet.To("1.0.0", new ImmediateParameters()));
        Assert.True(before.State == UpgradeState.Completed, before.Detail);

        await fleet.LoseDatabaseAsync();
        var after = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));

        Assert.True(after.State == UpgradeState.Completed, after.Detail);
        Assert.True(after.Fence > before.Fence);
        Assert.All(fleet.Renderers, renderer => Assert.Contains("1.6", renderer.Engine));
    }

    [Fact]
    public async Task StoppingTheLinePausesWhatGoesForwardAndRefusesWhatWouldBegin()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2);
        var upgrade = await fleet.Plane.Upgrades.StartAsync(
            Fleet.To("2.0.0", new ImmediateParameters()) with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromHours(1) } }, CancellationToken.None);
        await fleet.UntilAsync(upgrade.Id, now => now.Phase == WavePhase.Observing);

        Assert.Equal([upgrade.Id], await fleet.Plane.Upgrades.StopTheLineAsync("operator", "smoke", CancellationToken.None));

        Assert.Equal(UpgradeState.Paused, (await fleet.Plane.Upgrades.FindAsync(upgrade.Id, CancellationToken.None))!.State);
        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => fleet.Plane.Upgrades.ResumeAsync(upgrade.Id, "operator", "", CancellationToken.None));
        Assert.Equal(UpgradeRefusal.LineStopped, refused.Refusal);
        await fleet.Plane.Upgrades.RestartTheLineAsync("operator", "put out", CancellationToken.None);
        await fleet.Plane.Upgrades.ResumeAsync(upgrade.Id, "operator", "go on", CancellationToken.None);
        await fleet.Plane.Upgrades.PromoteAsync(upgrade.Id, "operator", "good", CancellationToken.None);
        Assert.Equal(UpgradeState.Completed, (await fleet.EndOfAsync(upgrade.Id)).State);
    }
}
