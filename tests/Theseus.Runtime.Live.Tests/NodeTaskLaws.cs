using Relay;
using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime.Live.Tests;

/// <summary>What a node says when the control plane asks it, on a real host.</summary>
public sealed class NodeTaskLaws
{
    private static Task<LiveHost> StartAsync() => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IRing>("ring", options =>
        {
            LiveHost.FromOne(options);
            options.Swap = LiveHost.Quick with { Deadlines = new() { Drain = TimeSpan.FromMilliseconds(200) } };
        }));

    private static async Task<ReleaseId> ActivateAsync(LiveHost host, EngineAtNode node, string version)
    {
        Assert.Equal(SwapOutcome.Staged, (await host.Engine.StageAsync("ring", version, LiveHost.Quick)).Outcome);
        var release = node.Describe("ring").Staged!;
        Assert.Equal(EngineAnswer.Done, await node.ActivateAsync("ring", release, 1, 0, new("", ""), TimeSpan.FromHours(1), _ => { }, default));
        return release;
    }

    [Fact]
    public async Task TheReleaseOnTrialIsAskedForItsHealthAndNotTheOneBefore()
    {
        await using var host = await StartAsync();
        var node = new EngineAtNode(host.Engine, TimeProvider.System);
        await ActivateAsync(host, node, "2.0.0");
        Assert.Equal(EngineAnswer.Done, await node.ProbeAsync("ring", default));

        host.Configuration["Theseus:Components:ring:Settings:1.0.0:Health"] = "the one before is ill";
        Assert.Equal(EngineAnswer.Done, await node.ProbeAsync("ring", default));

        host.Configuration["Theseus:Components:ring:Settings:2.0.0:Health"] = "the new one is ill";
        var answer = await node.ProbeAsync("ring", default);
        Assert.Equal((false, nameof(SwapReason.Unhealthy)), (answer.Succeeded, answer.Reason));
        Assert.Contains("the new one is ill", answer.Detail);
    }

    [Fact]
    public async Task WhatIsLeftOfAnOldGenerationIsToldUntilItIsGone()
    {
        await using var host = await StartAsync();
        var node = new EngineAtNode(host.Engine, TimeProvider.System);
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = host.Ring("ring").CallAsync(() => end.Task);
        var release = await ActivateAsync(host, node, "2.0.0");
        Assert.Equal(EngineAnswer.Done, await node.ConfirmAsync("ring", release, new("", ""), default));

        var left = await node.RetireAsync("ring", default).WaitAsync(LiveHost.Deadline);
        Assert.Equal((false, "Lingering"), (left.Succeeded, left.Reason));
        Assert.Contains("1.0.0", left.Detail);
        Assert.Contains("CallAsync(", left.Detail);

        end.SetResult("end");
        Assert.Equal("1.0.0>end", await call);
        using var deadline = new CancellationTokenSource(LiveHost.Deadline);
        while (!(await node.RetireAsync("ring", deadline.Token)).Succeeded)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
