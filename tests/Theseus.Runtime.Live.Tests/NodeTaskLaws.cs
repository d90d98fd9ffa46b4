using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime.Live.Tests;

/// <summary>What a node does and says when the control plane asks it, on a real host: each task leads to a state, however often it is asked for.</summary>
public sealed class NodeTaskLaws
{
    [Fact]
    public async Task WhatIsPreparedTwiceIsLoadedOnce()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.StageAsync("2.0.0");
        await scene.Host.Engine.UnstageAsync("ring");

        Assert.Equal(EngineAnswer.Done, await scene.Engine.PrepareAsync("ring", release, default));
        Assert.Equal((release, "1.0.0"), (scene.Report.Staged, scene.Stand.Serving));
        Assert.Equal(EngineAnswer.Done, await scene.Engine.PrepareAsync("ring", release, default));

        Assert.Equal([1, 2, 3], scene.Loaded);
        Assert.Equal(release, scene.Report.Staged);
    }

    [Fact]
    public async Task ToPrepareWhatIsOnTrialOrConfirmedChangesNothing()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.ActivateAsync("2.0.0");

        Assert.Equal(EngineAnswer.Done, await scene.Engine.PrepareAsync("ring", release, default));
        Assert.Equal((null, release), (scene.Report.Staged, scene.Report.Trial?.Release));

        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));
        Assert.Equal(EngineAnswer.Done, await scene.Engine.PrepareAsync("ring", release, default));
        Assert.Equal((null, release), (scene.Report.Staged, scene.Report.Confirmed));
        Assert.Equal([1, 2], scene.Loaded);
    }

    [Fact]
    public async Task WhatIsActivatedAgainIsShiftedAndStaysTheSameTrial()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.ActivateAsync("2.0.0", share: 0.25);
        Assert.Equal(0.25, scene.Report.Trial?.Share);

        Assert.Equal(EngineAnswer.Done, await scene.AskToActivateAsync(release, share: 0.25));
        Assert.Equal(0.25, scene.Report.Trial?.Share);
        Assert.Equal(EngineAnswer.Done, await scene.AskToActivateAsync(release, share: 1));

        Assert.Equal((release, 1), (scene.Report.Trial?.Release, scene.Report.Trial?.Share));
        Assert.Equal("2.0.0", scene.Host.Ring("ring").Version);
        Assert.Equal([1, 2], scene.Loaded);
    }

    [Fact]
    public async Task ToActivateWhatIsConfirmedBeginsNoTrial()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.ActivateAsync("2.0.0");
        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));

        Assert.Equal(EngineAnswer.Done, await scene.AskToActivateAsync(release, share: 0.5));

        Assert.Null(scene.Report.Trial);
        Assert.Equal([1, 2], scene.Loaded);
    }

    [Fact]
    public async Task TheLossOfATrialIsToldToAllWhoActivatedItTheLastAmongThem()
    {
        await using var scene = await NodeScene.StartAsync();
        var (first, second) = (new TaskCompletionSource<EngineAnswer>(), new TaskCompletionSource<EngineAnswer>());
        var release = await scene.ActivateAsync("2.0.0", share: 0.5, first.SetResult);
        Assert.Equal(EngineAnswer.Done, await scene.AskToActivateAsync(release, share: 1, second.SetResult));

        scene.Steer("2.0.0", "Answer", "throw");
        Assert.Equal("an answer to it", scene.Host.Ring("ring").Answer("it"));

        foreach (var told in new[] { await second.Task.WaitAsync(LiveHost.Deadline), await first.Task.WaitAsync(LiveHost.Deadline) })
        {
            Assert.Equal((false, nameof(SwapReason.TrialFailed)), (told.Succeeded, told.Reason));
            Assert.Contains("Answer was told to throw", told.Detail);
        }
    }

    [Fact]
    public async Task ATrialThatIsTakenBackByOrderIsNotToldAsLost()
    {
        await using var scene = await NodeScene.StartAsync();
        var from = scene.Report.Confirmed!;
        var told = new List<EngineAnswer>();
        var release = await scene.ActivateAsync("2.0.0", share: 0.5, told.Add);
        await scene.AskToActivateAsync(release, share: 1, told.Add);

        Assert.Equal(EngineAnswer.Done, await scene.AskToRevertAsync(from, release));

        Assert.Empty(told);
    }

    [Fact]
    public async Task WhatIsConfirmedTwiceIsConfirmedOnce()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.ActivateAsync("2.0.0");

        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));
        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));

        Assert.Equal(("2.0.0", "2.0.0"), scene.Stand);
        Assert.Null(scene.Report.Trial);
        Assert.Equal([1, 2], scene.Loaded);
    }

    [Fact]
    public async Task WhatWasOnTrialBeforeARestartIsConfirmedWithoutOne()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-nodes-").FullName;
        ReleaseId release;
        await using (var before = await NodeScene.StartAsync(folder: folder))
        {
            release = await before.ActivateAsync("2.0.0");
        }

        await using (var scene = await NodeScene.StartAsync(folder: folder))
        {
            Assert.Equal(("1.0.0", "1.0.0"), scene.Stand);
            Assert.Null(scene.Report.Trial);

            Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));

            Assert.Equal(("2.0.0", "2.0.0"), scene.Stand);
            Assert.Equal("2.0.0", scene.Host.Ring("ring").Version);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task ToConfirmWhatIsBeingConfirmedWaitsForThatAndSwapsNotAgain()
    {
        await using var scene = await NodeScene.StartAsync();
        var release = await scene.StageAsync("2.0.0");
        using var halt = new HaltedSwap(scene, "2.0.0", SwapStep.Confirm);
        await halt.IsReachedAsync();

        var confirming = scene.AskToConfirmAsync(release);
        halt.GoOn();

        Assert.Equal(EngineAnswer.Done, await confirming);
        Assert.Equal(SwapOutcome.Completed, (await halt.Swap).Outcome);
        Assert.Equal([1, 2], scene.Loaded);
    }

    [Fact]
    public async Task TheReleaseOnTrialIsAskedForItsHealthAndNotTheOneBefore()
    {
        await using var scene = await NodeScene.StartAsync();
        await scene.ActivateAsync("2.0.0");
        Assert.Equal(EngineAnswer.Done, await scene.Engine.ProbeAsync("ring", default));

        scene.Steer("1.0.0", "Health", "the one before is ill");
        Assert.Equal(EngineAnswer.Done, await scene.Engine.ProbeAsync("ring", default));

        // What the one before is not fit for either is not held against it.
        scene.Steer("2.0.0", "Health", "the new one is ill");
        Assert.Equal(EngineAnswer.Done, await scene.Engine.ProbeAsync("ring", default));

        scene.Steer("1.0.0", "Health", null);
        var answer = await scene.Engine.ProbeAsync("ring", default);
        Assert.Equal((false, nameof(SwapReason.Unhealthy)), (answer.Succeeded, answer.Reason));
        Assert.Contains("the new one is ill", answer.Detail);
    }

    [Fact]
    public async Task WhatIsLeftOfAnOldGenerationIsToldUntilItIsGone()
    {
        await using var scene = await NodeScene.StartAsync();
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = scene.Host.Ring("ring").CallAsync(() => end.Task);
        var release = await scene.ActivateAsync("2.0.0");
        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));

        var left = await scene.Engine.RetireAsync("ring", default).WaitAsync(LiveHost.Deadline);
        Assert.Equal((false, "Lingering"), (left.Succeeded, left.Reason));
        Assert.Contains("1.0.0", left.Detail);
        Assert.Contains("CallAsync(", left.Detail);

        end.SetResult("end");
        Assert.Equal("1.0.0>end", await call);
        await RetiredAsync(scene);
    }

    [Fact]
    public async Task WhatIsStillLeavingWhenTimeIsUpIsToldWithTheCallsInside()
    {
        await using var scene = await NodeScene.StartAsync(drain: LiveHost.Deadline);
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = scene.Host.Ring("ring").CallAsync(() => end.Task);
        var release = await scene.ActivateAsync("2.0.0");
        Assert.Equal(EngineAnswer.Done, await scene.AskToConfirmAsync(release));

        var left = await scene.Engine.RetireAsync("ring", new CancellationToken(canceled: true));
        Assert.Equal((false, "StillLeaving", "generation 1, 1.0.0, is still Draining, with 1 calls inside"), (left.Succeeded, left.Reason, left.Detail));

        end.SetResult("end");
        await call;
        await RetiredAsync(scene);
    }

    private static async Task RetiredAsync(NodeScene scene)
    {
        using var deadline = new CancellationTokenSource(LiveHost.Deadline);
        while (!(await scene.Engine.RetireAsync("ring", deadline.Token)).Succeeded)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
