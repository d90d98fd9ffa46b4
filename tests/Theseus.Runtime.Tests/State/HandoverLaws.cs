using FsCheck;
using FsCheck.Fluent;
using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class HandoverLaws
{
    private static readonly Gen<(string Name, long Value)> s_write =
        Gen.Choose(0, 40).SelectMany(_ => ArbMap.Default.GeneratorFor<int>(), static (name, value) => ($"counter-{name}", (long)value));

    public static TheoryData<StateKind, int> Ways => new()
    {
        { StateKind.Transferred, 1 }, { StateKind.Transferred, 2 }, { StateKind.CaughtUp, 1 }, { StateKind.CaughtUp, 2 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void AStateArrivesWholeAndComesBackWithWhatWasAddedToIt(StateKind kind, int schema) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
            s_write.ListOf().ToArbitrary(),
            s_write.ListOf().ToArbitrary(),
            (before, after) => Task.Run(async () =>
            {
                var scene = new Scene(kind, schema);
                var model = new Dictionary<string, long>();
                await WriteAsync(scene, before, model);

                var plan = await scene.PlanAsync();
                Assert.Equal((HandoverRefusal.None, kind, schema == 2), (plan.Refusal, plan.Kind, plan.WasTried));
                var there = await scene.RunAsync(plan);
                Assert.True(there.Succeeded, there.Detail);
                Assert.Equal(model, scene.New.Content);
                await WriteAsync(scene, after, model);

                var back = await scene.RunBackAsync(there.Snapshot);
                Assert.Equal((true, null), (back.Succeeded, back.LostState));
                Assert.Same(scene.Old, scene.Slot.Serving);
                Assert.Equal(model, scene.Old.Content);
            }).GetAwaiter().GetResult()));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task TheSnapshotIsTheOldStateInTheOldSchema(StateKind kind, int schema)
    {
        var scene = new Scene(kind, schema);
        scene.Old.Add("one", 1);
        scene.Old.At = (place, _) =>
        {
            // Noted as a change, so that the snapshot of one that catches up has more than its copy.
            if (place is Place.ExportChanges)
            {
                scene.Old.Add("late", 5);
            }

            return default;
        };

        var result = await scene.PlanAndRunAsync();

        var restored = kind is StateKind.CaughtUp ? new CatchUpTable(1) : new Table(1);
        await restored.ImportAsync(result.Snapshot!.State.OpenRead(), CancellationToken.None);
        foreach (var changes in result.Snapshot.Changes)
        {
            await ((CatchUpTable)restored).ApplyChangesAsync(changes.OpenRead(), CancellationToken.None);
        }

        Assert.Equal(scene.Old.Content, restored.Content);
        Assert.Equal(1, result.Snapshot.Schema);
        Assert.Equal(result.StateBytes, result.Snapshot.Length);
    }

    [Theory]
    [InlineData(StateKind.None)]
    [InlineData(StateKind.Shared)]
    public async Task NobodyIsHeldBackWhereNothingIsCopied(StateKind kind)
    {
        var scene = new Scene(StateKind.Transferred, 1);
        var state = new StateDeclaration(kind, 0, "Tests.Sessions, Tests, Version=1.0.0.0", []);
        var from = Parties.Of(scene.Old, "1.0.0", state);
        var to = Parties.Of(scene.New, "2.0.0", state with { SharedType = "Tests.Sessions, Tests, Version=1.1.0.0" });

        var plan = await scene.Handover.PlanAsync(from, to, scene.Slot, CancellationToken.None);
        var result = await scene.Handover.RunAsync(plan, from, to, scene.Slot, scene.Publish, CancellationToken.None);

        Assert.True(result.Succeeded);
        Assert.Equal((1, 0, TimeSpan.Zero), (scene.Publications, scene.Slot.Holds, result.CriticalSection));
        Assert.Empty(scene.Old.Visited);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task CallersAreHeldFromBeforeTheLastExportUntilAfterThePublication(StateKind kind, int schema)
    {
        var scene = new Scene(kind, schema);
        scene.Old.Add("one", 1);
        var lastExportWasHeld = false;
        var importedBeforePublication = false;
        scene.Old.At = (place, _) =>
        {
            lastExportWasHeld = place is Place.Export or Place.ExportChanges ? scene.Slot.IsHeld : lastExportWasHeld;
            return default;
        };
        var plan = await scene.PlanOnlyAsync();
        var heldAtPublication = false;

        var result = await scene.Handover.RunAsync(plan, scene.From, scene.To, scene.Slot, () =>
        {
            (heldAtPublication, importedBeforePublication) = (scene.Slot.IsHeld, scene.New.Content.Count == 1);
            scene.Publish();
        }, CancellationToken.None);

        Assert.True(result.Succeeded, result.Detail);
        Assert.True(lastExportWasHeld);
        Assert.True(importedBeforePublication);
        Assert.True(heldAtPublication);
        Assert.Equal((1, false), (scene.Slot.Holds, scene.Slot.IsHeld));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WhatHappensUnderTheHoldNeedsNoThreadOfThePool(StateKind kind, int schema)
    {
        // Held callers may block every thread of the pool.
        var scene = new Scene(kind, schema);
        scene.Old.Add("one", 1);
        var onPool = new List<string>();
        void Note(string what)
        {
            if (scene.Slot.IsHeld && Thread.CurrentThread.IsThreadPoolThread)
            {
                onPool.Add(what);
            }
        }

        scene.At = (place, _) =>
        {
            Note(place.ToString());
            return default;
        };
        scene.Slot.Holding = () => scene.Old.Add("two", 2);
        scene.Slot.LettingGo = () => Note("letting go");
        var plan = await scene.PlanOnlyAsync();

        var result = await scene.Handover.RunAsync(plan, scene.From, scene.To, scene.Slot, () => Note("publication"), CancellationToken.None);

        Assert.True(result.Succeeded, result.Detail);
        Assert.Empty(onPool);
        Assert.False(Thread.CurrentThread.Name == "Theseus state hand-over", "Its caller goes on on the hand-over's own thread.");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task NoCallOfManyThreadsIsLostOrCountedTwice(StateKind kind, int schema)
    {
        var scene = new Scene(kind, schema);
        var handover = new StateHandover(TimeProvider.System, new StateOptions { DrainDeadline = TimeSpan.FromSeconds(10), MaximumHold = TimeSpan.FromSeconds(20) });
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            var calls = 0L;
            while (!stop.IsCancellationRequested || calls == 0)
            {
                await scene.Slot.CallAsync(table => table.Add($"caller-{caller}-{calls % 50}", 1));
                calls++;
            }

            return calls;
        })).ToList();

        for (var swap = 0; swap < 20; swap++)
        {
            // There and back by turns: what callers add must be found on both sides every time.
            var plan = await handover.PlanAsync(scene.From, scene.To, scene.Slot, CancellationToken.None);
            Assert.False(plan.IsRefused, string.Join(" ", plan.Problems));
            var there = await handover.RunAsync(plan, scene.From, scene.To, scene.Slot, scene.Publish, CancellationToken.None);
            Assert.True(there.Succeeded, there.Detail);
            var back = await handover.RunBackAsync(scene.To, scene.From, there.Snapshot, scene.Slot, () => scene.Slot.Publish(scene.Old), CancellationToken.None);
            Assert.Equal((true, null), (back.Succeeded, back.LostState));
        }

        await stop.CancelAsync();
        var made = (await Task.WhenAll(callers).WaitAsync(Scene.Patience)).Sum();
        Assert.Equal(made, scene.Old.Content.Values.Sum());
    }

    private static async Task WriteAsync(Scene scene, IEnumerable<(string Name, long Value)> writes, Dictionary<string, long> model)
    {
        foreach (var (name, value) in writes)
        {
            model[name] = model.GetValueOrDefault(name) + value;
            await scene.Slot.CallAsync(table => table.Add(name, value));
        }
    }
}
