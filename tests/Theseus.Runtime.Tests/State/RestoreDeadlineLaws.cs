using Theseus.Packaging;

namespace Theseus.Runtime.Tests.State;

/// <summary>What is done for a component after callers are free is bounded, too: by the options' time to restore.</summary>
public sealed class RestoreDeadlineLaws
{
    [Fact]
    public async Task PuttingASnapshotBackThatHangsKeepsNoCallerAndIsTold()
    {
        var scene = new Scene(StateKind.Transferred);
        scene.Old.Add("before", 1);
        var there = await scene.PlanAndRunAsync();
        Assert.True(there.Succeeded, there.Detail);
        var restoring = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var imports = 0;
        scene.Old.At = (at, _) => at is not Place.Import ? default : imports++ == 0 ? throw new InvalidDataException("broken") : Hang(restoring);

        var running = scene.RunBackAsync(there.Snapshot);
        await restoring.Task.WaitAsync(Scene.Patience);
        scene.Clock.Advance(scene.Options.RestoreTimeout);
        var back = await scene.PumpAsync(running);

        Assert.True(back.Succeeded, back.Detail);
        Assert.Contains("back failed as well", back.LostState, StringComparison.Ordinal);
        Assert.Contains("30000 ms", back.LostState, StringComparison.Ordinal);
        Assert.Same(scene.Old, scene.Slot.Serving);
        Assert.False(scene.Slot.IsHeld);
        Assert.Equal(["ImportAsync of counters 1.0.0"], back.Abandoned);
    }

    [Fact]
    public async Task EndingACopyThatHangsKeepsNoSwap()
    {
        var scene = new Scene(StateKind.CaughtUp);
        scene.Old.Add("before", 1);
        var plan = await scene.PlanOnlyAsync();
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Old.At = (at, _) => at is Place.EndCopy ? Hang(ending) : default;

        var running = scene.RunAsync(plan);
        await ending.Task.WaitAsync(Scene.Patience);
        Assert.Same(scene.New, scene.Slot.Serving);
        Assert.False(scene.Slot.IsHeld);
        scene.Clock.Advance(scene.Options.RestoreTimeout);
        var result = await scene.PumpAsync(running);

        Assert.True(result.Succeeded, result.Detail);
        Assert.Equal(["EndCopyAsync of counters 1.0.0"], result.Abandoned);
    }

    private static ValueTask Hang(TaskCompletionSource reached)
    {
        reached.TrySetResult();
        return new(new TaskCompletionSource().Task);
    }
}
