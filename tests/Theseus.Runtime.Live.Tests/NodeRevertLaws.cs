using Theseus.Runtime.Nodes;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A node that is told to go back serves the release that the upgrade came from, wherever it was, and no third one.</summary>
public sealed class NodeRevertLaws
{
    [Fact]
    public async Task FromWhatIsStagedNothingIsLeftBesideTheOneThatServes()
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var to = await scene.StageAsync("2.0.0");

        Assert.Equal(EngineAnswer.Done, await scene.AskToRevertAsync(from, to));

        Assert.Null(scene.Report.Staged);
        Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public async Task FromATrialTheReleaseFromBeforeServesAll(double share)
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var to = await scene.ActivateAsync("2.0.0", share);

        Assert.Equal(EngineAnswer.Done, await scene.AskToRevertAsync(from, to));

        Assert.Null(scene.Report.Trial);
        Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("1.0.0", scene.Host.Ring("ring").Version));
    }

    [Fact]
    public async Task AfterItIsConfirmedTheReleaseFromBeforeIsConfirmedAgainWithoutATrial()
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var to = await scene.ActivateAsync("2.0.0");
        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(to));
        scene.Host.Ring("ring").Call(() => "end");

        Assert.Equal(EngineAnswer.Done, await scene.AskToRevertAsync(from, to));

        Assert.Null(scene.Report.Trial);
        Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
        Assert.Equal(1, scene.Host.Ring("ring").Calls());
    }

    [Fact]
    public async Task HoweverOftenItIsAskedForItNeverLeadsToTheReleaseBeforeThatOne()
    {
        await using var scene = await NodeScene.StartAsync("ring-moved");
        Assert.Equal(SwapOutcome.Completed, (await scene.Host.Engine.SwapAsync("ring-moved", "1.1.0", LiveHost.Quick)).Outcome);
        var from = scene.Report.Confirmed!;
        var to = await scene.ActivateAsync("2.0.0");

        for (var times = 0; times < 3; times++)
        {
            Assert.Equal(EngineAnswer.Done, await scene.AskToRevertAsync(from, to));
            Assert.Equal(("1.1.0", "1.1.0"), scene.Stand);
        }

        Assert.Equal([1, 2, 3], scene.Loaded);
    }

    [Fact]
    public async Task ATrialThatEndedByItselfIsNotTakenBackAsTheReleaseBefore()
    {
        await using var scene = await NodeScene.StartAsync("ring-moved");
        Assert.Equal(SwapOutcome.Completed, (await scene.Host.Engine.SwapAsync("ring-moved", "1.1.0", LiveHost.Quick)).Outcome);
        Assert.Equal("1.0.0", scene.Host.Engine.GetHistory("ring-moved")[0].From?.Version);

        Assert.Null(await scene.Host.Engine.TakeBackAsync("ring-moved", default));

        Assert.Equal(("1.1.0", "1.1.0"), scene.Stand);
    }

    [Fact]
    public async Task ASwapThatHasNotComeToItsTrialIsTakenBackToo()
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var to = await scene.StageAsync("2.0.0");
        await scene.Host.Engine.UnstageAsync("ring");
        using var halt = new HaltedSwap(scene, "2.0.0", SwapStep.Start);
        await halt.IsReachedAsync();

        var reverting = scene.AskToRevertAsync(from, to);
        Assert.False(reverting.IsCompleted);
        halt.GoOn();

        Assert.Equal(EngineAnswer.Done, await reverting);
        var swap = await halt.Swap;
        Assert.Equal((SwapOutcome.Failed, SwapReason.TakenBack), (swap.Outcome, swap.Reason));
        Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
    }

    [Fact]
    public async Task ASwapThatIsBeingConfirmedIsWaitedForAndThenGoneBackFrom()
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var to = await scene.StageAsync("2.0.0");
        using var halt = new HaltedSwap(scene, "2.0.0", SwapStep.Confirm);
        await halt.IsReachedAsync();

        var reverting = scene.AskToRevertAsync(from, to);
        halt.GoOn();

        Assert.Equal(EngineAnswer.Done, await reverting);
        Assert.Equal(SwapOutcome.Completed, (await halt.Swap).Outcome);
        Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
    }
}
