using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class WayBackLaws
{
    private static readonly Dictionary<string, long> s_asOfTheSwap = new() { ["before"] = 1 };

    [Fact]
    public async Task WhereNothingCanBeUndoneTheOldStateServesAndTheLossIsTold()
    {
        var (scene, there) = await SwappedAsync(StateKind.Transferred, new(1, 2, IsReversible: false, MigratesChanges: false, "Counters.UpOnly"));

        var back = await scene.RunBackAsync(there.Snapshot);

        AssertWentBackToTheSwap(scene, back, "schema 2");
    }

    [Theory]
    [InlineData(StateKind.Transferred, Place.Export)]
    [InlineData(StateKind.Transferred, Place.Migrate)]
    public async Task ACandidateThatCannotGiveItsStateDoesNotKeepTheCallers(StateKind kind, Place place)
    {
        var (scene, there) = await SwappedAsync(kind);
        scene.At = (at, _) => at == place ? throw new InvalidDataException("broken") : default;

        var back = await scene.RunBackAsync(there.Snapshot);

        AssertWentBackToTheSwap(scene, back, "broken");
        Assert.DoesNotContain(Place.Import, scene.Old.Visited);
    }

    [Theory]
    [InlineData(StateKind.Transferred, 2)]
    [InlineData(StateKind.CaughtUp, 1)]
    [InlineData(StateKind.CaughtUp, 2)]
    public async Task AnImportThatLeavesHalfAStateIsMendedFromTheSnapshot(StateKind kind, int schema)
    {
        var (scene, there) = await SwappedAsync(kind, schema: schema);
        var imports = 0;
        scene.Old.At = (at, _) =>
        {
            if (at is Place.Import && imports++ == 0)
            {
                scene.Old.Add("half", 99);
                throw new InvalidDataException("broken");
            }

            return default;
        };

        var back = await scene.RunBackAsync(there.Snapshot);

        Assert.Equal(2, imports);
        AssertWentBackToTheSwap(scene, back, "put back");
    }

    [Fact]
    public async Task ACandidateThatNeverDrainsDoesNotKeepTheCallers()
    {
        var (scene, there) = await SwappedAsync(StateKind.Transferred);
        scene.LimitDrainsAlone();
        await scene.Slot.EnterAsync();

        var back = await scene.PumpAsync(scene.RunBackAsync(there.Snapshot));

        AssertWentBackToTheSwap(scene, back, "still inside");
    }

    [Fact]
    public async Task ACandidateThatHangsIsLeftBehind()
    {
        var (scene, there) = await SwappedAsync(StateKind.Transferred);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.New.At = (_, _) =>
        {
            reached.TrySetResult();
            return new(new TaskCompletionSource().Task);
        };

        var running = scene.RunBackAsync(there.Snapshot);
        await reached.Task.WaitAsync(Scene.Patience);
        scene.Clock.Advance(scene.Options.MaximumHold);
        var back = await scene.PumpAsync(running);

        AssertWentBackToTheSwap(scene, back, "1000 ms");
        Assert.Equal(["ExportAsync of counters 2.0.0"], back.Abandoned);
    }

    private static async Task<(Scene Scene, HandoverResult There)> SwappedAsync(StateKind kind, MigrationDeclaration? declared = null, int schema = 2)
    {
        var scene = new Scene(kind, schema, declared: declared);
        scene.Old.Add("before", 1);
        var there = await scene.PlanAndRunAsync();
        Assert.True(there.Succeeded, there.Detail);
        await scene.Slot.CallAsync(static table => table.Add("after", 1));
        return (scene, there);
    }

    private static void AssertWentBackToTheSwap(Scene scene, HandoverResult back, string told)
    {
        Assert.True(back.Succeeded, back.Detail);
        Assert.Contains(told, back.LostState, StringComparison.Ordinal);
        Assert.Same(scene.Old, scene.Slot.Serving);
        Assert.Equal(s_asOfTheSwap, scene.Old.Content);
        Assert.False(scene.Slot.IsHeld);
    }
}
