using FsCheck;
using FsCheck.Fluent;
using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class CatchUpLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhateverIsWrittenWheneverIsThereOnceAfterwards(int schema) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var fault = Task.Run(() => FaultOfAsync(seed, schema, static scene => scene.PlanAndRunAsync())).GetAwaiter().GetResult();
            Assert.True(fault is null, fault);
        }));

    [Fact]
    public async Task ACatchUpThatForgetsTheLastRoundIsFoundOut()
    {
        var faults = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            faults += await FaultOfAsync(seed, schema: 1, ForgettingTheLastRoundAsync) is null ? 0 : 1;
        }

        Assert.NotEqual(0, faults);
    }

    [Fact]
    public async Task RoundsGoOnUntilLittleIsLeft()
    {
        var scene = new Scene(StateKind.CaughtUp, 1);
        scene.Options.CatchUpRemainder = 100;
        var remaining = 64;
        scene.Old.At = (place, _) =>
        {
            // Each round takes a quarter of the time of the one before, in which a quarter as much is changed.
            if (place is Place.ExportChanges && !scene.Slot.IsHeld)
            {
                Fill(scene.Old, remaining);
                remaining /= 4;
            }

            return default;
        };

        var result = await scene.PlanAndRunAsync();

        Assert.True(result.Succeeded, result.Detail);
        // 64, 16, 4 rows of 14 bytes; then the last round, under the hold.
        Assert.Equal(4, result.Rounds);
    }

    [Fact]
    public async Task RoundsEndWhenTheyStopShrinking()
    {
        var scene = new Scene(StateKind.CaughtUp, 1);
        scene.Options.CatchUpRemainder = 100;
        scene.Old.At = (place, _) =>
        {
            if (place is Place.ExportChanges)
            {
                Fill(scene.Old, 64);
            }

            return default;
        };

        var result = await scene.PlanAndRunAsync();

        Assert.True(result.Succeeded, result.Detail);
        Assert.Equal(5, result.Rounds);
        Assert.Equal(scene.Old.Content, scene.New.Content);
    }

    [Fact]
    public async Task WhatIsWrittenBetweenTwoAttemptsToHoldIsNotLost()
    {
        var scene = new Scene(StateKind.CaughtUp);
        scene.LimitDrainsAlone();
        scene.Options.DrainAttempts = int.MaxValue;
        await scene.Slot.EnterAsync();
        scene.Slot.LettingGo = () =>
        {
            if (scene.Slot.Holds == 1)
            {
                // The call that was in the way writes and ends once the first attempt is given up.
                scene.Old.Add("late", 7);
                scene.Slot.Leave();
            }
        };

        var result = await scene.PumpAsync(scene.PlanAndRunAsync());

        Assert.True(result.Succeeded, result.Detail);
        Assert.True(result.Attempts > 1);
        Assert.Equal(scene.Slot.Holds, result.Attempts);
        Assert.Equal(7, scene.New.Content["late"]);
    }

    [Fact]
    public async Task ACopyThatCannotBeEndedDoesNotUndoTheSwap()
    {
        var scene = new Scene(StateKind.CaughtUp, 1);
        scene.Old.At = static (place, _) => place is Place.EndCopy ? throw new InvalidOperationException("not today") : default;

        var result = await scene.PlanAndRunAsync();

        Assert.True(result.Succeeded, result.Detail);
        Assert.Equal((1, false), (scene.Publications, scene.Slot.IsHeld));
    }

    private static void Fill(Table table, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            table.Add($"counter-{row:000}", 1);
        }
    }

    /// <summary>
    /// Makes random calls at every place that a hand-over passes, and compares what the new generation holds at the end
    /// with a model that has seen the same calls one after the other. Null when they are equal.
    /// </summary>
    private static async Task<string?> FaultOfAsync(int seed, int schema, Func<Scene, Task<HandoverResult>> run)
    {
        var random = new Random(seed);
        var scene = new Scene(StateKind.CaughtUp, schema);
        scene.Options.CatchUpRemainder = random.Next(1, 200);
        var model = new Dictionary<string, long>();
        var held = new List<(string Name, long Value)>();
        (string Name, long Value) Next()
        {
            var write = (Name: $"counter-{random.Next(20)}", Value: (long)random.Next(-5, 10));
            model[write.Name] = model.GetValueOrDefault(write.Name) + write.Value;
            return write;
        }

        void CallSometimes()
        {
            for (var calls = random.Next(4); calls > 0; calls--)
            {
                var (name, value) = Next();
                if (scene.Slot.IsHeld)
                {
                    held.Add((name, value));
                }
                else
                {
                    scene.Slot.Serving.Add(name, value);
                }
            }
        }

        scene.At = (_, _) =>
        {
            CallSometimes();
            return default;
        };
        // The last calls that are inside when callers begin to be held.
        scene.Slot.Holding = () =>
        {
            for (var calls = random.Next(4); calls > 0; calls--)
            {
                var (name, value) = Next();
                scene.Old.Add(name, value);
            }
        };
        for (var calls = 0; calls < 30; calls++)
        {
            CallSometimes();
        }

        var result = await run(scene);
        Assert.True(result.Succeeded, result.Detail);
        Assert.Same(scene.New, scene.Slot.Serving);
        held.ForEach(write => scene.Slot.Serving.Add(write.Name, write.Value));
        var wrong = model.Where(entry => scene.New.Content.GetValueOrDefault(entry.Key) != entry.Value).ToList();
        return wrong.Count == 0 && scene.New.Content.Count == model.Count
            ? null
            : $"Seed {seed}: {string.Join(", ", wrong.Select(entry => $"{entry.Key} is {scene.New.Content.GetValueOrDefault(entry.Key)}, not {entry.Value}"))}";
    }

    // Frozen as it is: what a catch-up must not be.
    private static async Task<HandoverResult> ForgettingTheLastRoundAsync(Scene scene)
    {
        var (old, @new) = ((CatchUpTable)scene.Old, (CatchUpTable)scene.New);
        var copy = new StateBytes(long.MaxValue);
        await old.BeginCopyAsync(copy.OpenWrite(), CancellationToken.None);
        await @new.ImportAsync(copy.OpenRead(), CancellationToken.None);
        var changes = new StateBytes(long.MaxValue);
        await old.ExportChangesAsync(changes.OpenWrite(), CancellationToken.None);
        await @new.ApplyChangesAsync(changes.OpenRead(), CancellationToken.None);
        await scene.Slot.HoldAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        scene.Publish();
        scene.Slot.LetGo();
        await old.EndCopyAsync();
        return new();
    }
}
