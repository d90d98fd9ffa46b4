using Theseus.Control.Upgrades;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>What nodes are asked, and what comes of their answers: for the component's health at each wave's end, and for old generations after the last.</summary>
public sealed class AskingLaws
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private static async Task<string> StartAsync(Plane plane, UpgradeStrategy strategy, Func<StrategyParameters, StrategyParameters>? change = null)
    {
        await plane.SettleAsync();
        var request = Plane.To("2.0.0", strategy, "a");
        return (await plane.Upgrades.StartAsync(request with { Parameters = change?.Invoke(request.Parameters) ?? request.Parameters }, default)).Id;
    }

    private static Task<UpgradeRecord> EndAsync(Plane plane, string id) => plane.Upgrades.WaitForEndAsync(id, default).WaitAsync(TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task AWaveDoesNotPassWhereAComponentIsUnfitAtItsEnd(int watched)
    {
        await using var plane = new Plane(nodes: 2, "a");
        plane.Nodes[1].Host.Health = EngineAnswer.Failed("Unhealthy", "under the weather");

        var id = await StartAsync(plane, UpgradeStrategy.Immediate, parameters => parameters with { Observe = watched * s_second });
        await plane.RunToTheEndAsync();

        var ended = await EndAsync(plane, id);
        Assert.Equal(UpgradeState.RolledBack, ended.State);
        Assert.Contains("node2: Unhealthy: under the weather", ended.Detail);
        Assert.All(plane.Nodes, node => Assert.Equal(Plane.Release("1.0.0"), node.Truth("a").Confirmed));
    }

    [Fact]
    public async Task TheUpgradeEndsWhenTheLastOldGenerationIsGone()
    {
        await using var plane = new Plane(nodes: 2, "a");
        var left = plane.Nodes[1].Host.Left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var id = await StartAsync(plane, UpgradeStrategy.Immediate);
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().Phase == WavePhase.Retiring, seconds: 60);
        Assert.All(plane.Nodes, node => Assert.Equal(Plane.Release("2.0.0"), node.Truth("a").Confirmed));
        Assert.Equal(UpgradeState.Confirming, plane.Store.Known.Single().State);

        left.SetResult(EngineAnswer.Done);
        await plane.RunToTheEndAsync();

        var ended = await EndAsync(plane, id);
        Assert.Equal(UpgradeState.Completed, ended.State);
        Assert.Empty(ended.Lingering);
        Assert.Empty(ended.Detail);
    }

    [Fact]
    public async Task WhatKeepsAnOldGenerationIsOnTheRecordOfTheUpgradeAndDoesNotTakeItBack()
    {
        await using var plane = new Plane(nodes: 2, "a");
        plane.Nodes[0].Host.Left = new();
        plane.Nodes[0].Host.Left.SetResult(EngineAnswer.Failed("Lingering", "a timer holds it"));

        var id = await StartAsync(plane, UpgradeStrategy.Rolling);
        await plane.RunToTheEndAsync();

        var ended = await EndAsync(plane, id);
        Assert.Equal(UpgradeState.Completed, ended.State);
        Assert.Equal("node1: a 1.0.0: a timer holds it", Assert.Single(ended.Lingering));
        Assert.Contains("a timer holds it", ended.Detail);
    }

    [Fact]
    public async Task ANodeThatDoesNotAnswerIsNotWaitedForLongerThanThePlanSays()
    {
        await using var plane = new Plane(nodes: 2, "a");
        plane.Nodes[0].Host.Left = new();

        var id = await StartAsync(plane, UpgradeStrategy.Immediate, parameters => parameters with { RetireDeadline = 20 * s_second });
        await plane.SettleChecksAsync(null);
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().Phase == WavePhase.Retiring, seconds: 60);
        var begun = plane.Now;
        await plane.GoWellUntilAsync(() => plane.Store.Known.Single().HasEnded, seconds: 60);

        var ended = await EndAsync(plane, id);
        Assert.InRange(plane.Now - begun, 20 * s_second, 22 * s_second);
        Assert.Equal(UpgradeState.Completed, ended.State);
        Assert.StartsWith("node1: a 1.0.0: ", Assert.Single(ended.Lingering));
    }
}
