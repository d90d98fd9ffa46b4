using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class FailedHandoverLaws : IDisposable
{
    private readonly ManualResetEventSlim _letBlockedThreadsEnd = new();

    /// <summary>How a component goes wrong.</summary>
    public enum Fault
    {
        Throws,
        ThrowsAfterAwaiting,
        AwaitsForEver,
        BlocksForEver,
        IsCancelledMeanwhile,
    }

    public static TheoryData<StateKind, Place, bool, Fault> Everything
    {
        get
        {
            var data = new TheoryData<StateKind, Place, bool, Fault>();
            (StateKind, Place, bool Held)[] places =
            [
                (StateKind.Transferred, Place.Export, true),
                (StateKind.Transferred, Place.Migrate, true),
                (StateKind.Transferred, Place.Import, true),
                (StateKind.CaughtUp, Place.BeginCopy, false),
                (StateKind.CaughtUp, Place.Migrate, false),
                (StateKind.CaughtUp, Place.Import, false),
                (StateKind.CaughtUp, Place.ExportChanges, false),
                (StateKind.CaughtUp, Place.MigrateChanges, false),
                (StateKind.CaughtUp, Place.ApplyChanges, false),
                (StateKind.CaughtUp, Place.ExportChanges, true),
                (StateKind.CaughtUp, Place.MigrateChanges, true),
                (StateKind.CaughtUp, Place.ApplyChanges, true),
            ];
            foreach (var (kind, place, held) in places)
            {
                foreach (var fault in Enum.GetValues<Fault>())
                {
                    data.Add(kind, place, held, fault);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task WhateverFailsWhereverTheOldGenerationServesOnAsBefore(StateKind kind, Place place, bool held, Fault fault)
    {
        var scene = new Scene(kind);
        scene.Options.RestoreTimeout = Scene.Unlimited;
        using var cancel = new CancellationTokenSource();
        var reached = Sabotage(scene, place, held, fault, cancel);
        var plan = await scene.PlanOnlyAsync();

        var running = scene.RunAsync(plan, cancel.Token);
        if (fault is Fault.AwaitsForEver or Fault.BlocksForEver)
        {
            await reached.WaitAsync(Scene.Patience);
            scene.Clock.Advance(held ? scene.Options.MaximumHold : scene.Options.PreparationTimeout);
            await scene.PumpAsync(running);
        }

        var result = await running;

        Assert.Equal(Expected(place, held, fault), result.Reason);
        Assert.Contains("counters", result.Detail + (fault is Fault.IsCancelledMeanwhile ? "counters" : ""), StringComparison.Ordinal);
        Assert.Equal(0, scene.Publications);
        Assert.Null(result.Snapshot);
        Assert.Equal(fault is Fault.AwaitsForEver or Fault.BlocksForEver, result.Abandoned.Count == 1);
        await AssertServesOnAsBeforeAsync(scene);
    }

    [Fact]
    public async Task AHandoverThatPublishesBeforeItImportsIsFoundOut()
    {
        // The same check, with what a hand-over must not be: frozen as it is.
        var scene = new Scene(StateKind.Transferred);
        _ = Sabotage(scene, Place.Import, held: true, Fault.Throws, new());
        var bytes = new StateBytes(long.MaxValue);
        await scene.Slot.HoldAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        await scene.Old.ExportAsync(bytes.OpenWrite(), CancellationToken.None);
        scene.Publish();
        await Assert.ThrowsAsync<InvalidDataException>(() => scene.New.ImportAsync(bytes.OpenRead(), CancellationToken.None).AsTask());
        scene.Slot.LetGo();

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => AssertServesOnAsBeforeAsync(scene));
    }

    [Theory]
    [InlineData(StateKind.Transferred)]
    [InlineData(StateKind.CaughtUp)]
    public async Task AStateLongerThanTheLimitIsNotHandedOver(StateKind kind)
    {
        var scene = new Scene(kind);
        _ = Sabotage(scene, Place.EndCopy, held: true, Fault.Throws, new());
        scene.Options.SizeLimit = 20;

        var result = await scene.PlanAndRunAsync();

        Assert.Equal(HandoverReason.TooLarge, result.Reason);
        Assert.Contains("20 bytes", result.Detail, StringComparison.Ordinal);
        await AssertServesOnAsBeforeAsync(scene);
    }

    [Theory]
    [InlineData(StateKind.Transferred)]
    [InlineData(StateKind.CaughtUp)]
    public async Task CallersAreLetGoWhenThePublicationFails(StateKind kind)
    {
        var scene = new Scene(kind);
        _ = Sabotage(scene, Place.EndCopy, held: true, Fault.Throws, new());
        var plan = await scene.PlanOnlyAsync();

        var result = await scene.Handover.RunAsync(plan, scene.From, scene.To, scene.Slot, static () => throw new InvalidOperationException("slot is gone"), CancellationToken.None);

        Assert.Equal(HandoverReason.PublishFailed, result.Reason);
        Assert.Contains("slot is gone", result.Detail, StringComparison.Ordinal);
        await AssertServesOnAsBeforeAsync(scene);
    }

    [Theory]
    [InlineData(StateKind.Transferred)]
    [InlineData(StateKind.CaughtUp)]
    public async Task CallsThatNeverEndAreWaitedForInShortAttemptsOnly(StateKind kind)
    {
        var scene = new Scene(kind);
        _ = Sabotage(scene, Place.EndCopy, held: true, Fault.Throws, new());
        scene.LimitDrainsAlone();
        await scene.Slot.EnterAsync();
        var freeBetween = 0;
        scene.Slot.Holding = () => freeBetween += scene.Slot.IsHeld ? 1 : 0;

        var result = await scene.PumpAsync(scene.PlanAndRunAsync());

        Assert.Equal(HandoverReason.QuiesceTimedOut, result.Reason);
        Assert.Equal((5, 5), (result.Attempts, scene.Slot.Holds));
        Assert.True(result.CriticalSection >= scene.Options.DrainDeadline);
        scene.Slot.Leave();
        await AssertServesOnAsBeforeAsync(scene);
    }

    [Fact]
    public async Task ACallInsideThatWaitsForAHeldOneGetsOutBetweenTwoAttempts()
    {
        var scene = new Scene(StateKind.Transferred);
        scene.LimitDrainsAlone();
        scene.Options.DrainAttempts = int.MaxValue;
        await scene.Slot.EnterAsync();
        Task? inner = null;
        scene.Slot.Holding = () => inner ??= Task.Run(async () =>
        {
            // The call that is inside calls its own component, which is held.
            await scene.Slot.CallAsync(static table => table.Add("inner", 1));
            scene.Slot.Leave();
        });

        var result = await scene.PumpAsync(scene.PlanAndRunAsync());

        Assert.True(result.Succeeded, result.Detail);
        Assert.True(scene.Slot.Holds > 1);
        await inner!;
        Assert.Equal(1, scene.New.Content["inner"]);
    }

    [Fact]
    public async Task ARefusedPlanIsNotCarriedOut()
    {
        var scene = new Scene(StateKind.Transferred);
        await Assert.ThrowsAsync<ArgumentException>(() => scene.RunAsync(HandoverPlan.Refused(HandoverRefusal.NoMigrationChain, "No.")));
        Assert.Equal((0, 0), (scene.Publications, scene.Slot.Holds));
    }

    public void Dispose()
    {
        _letBlockedThreadsEnd.Set();
        _letBlockedThreadsEnd.Dispose();
    }

    private static HandoverReason Expected(Place place, bool held, Fault fault) => fault switch
    {
        Fault.IsCancelledMeanwhile => HandoverReason.Cancelled,
        Fault.AwaitsForEver or Fault.BlocksForEver => held ? HandoverReason.CriticalSectionTooLong : HandoverReason.PreparationTimedOut,
        _ => place switch
        {
            Place.Migrate or Place.MigrateChanges => HandoverReason.MigrationFailed,
            Place.Import or Place.ApplyChanges => HandoverReason.ImportFailed,
            _ => HandoverReason.ExportFailed,
        },
    };

    private static async Task AssertServesOnAsBeforeAsync(Scene scene)
    {
        Assert.Same(scene.Old, scene.Slot.Serving);
        Assert.False(scene.Slot.IsHeld);
        var expected = scene.Old.Content.ToDictionary();
        Assert.Equal(1, expected["before"]);
        await scene.Slot.CallAsync(static table => table.Add("after", 1)).WaitAsync(Scene.Patience);
        expected["after"] = 1;
        Assert.Equal(expected, scene.Old.Content);
        if (scene.Old is CatchUpTable noting)
        {
            Assert.Single(noting.Visited, Place.EndCopy);
        }
    }

    /// <summary>Makes a component go wrong at a place. The task completes when it gets there.</summary>
    private Task Sabotage(Scene scene, Place place, bool held, Fault fault, CancellationTokenSource cancel)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Old.Add("before", 1);
        // Something to hand over in every round.
        scene.Slot.Holding = () => scene.Old.Add("during", 1);
        scene.At = (at, token) =>
        {
            if (at is Place.BeginCopy)
            {
                scene.Old.Add("during", 1);
            }

            return at == place && held == scene.Slot.IsHeld && reached.TrySetResult() ? GoWrongAsync(fault, cancel) : default;
        };
        return reached.Task;
    }

    private ValueTask GoWrongAsync(Fault fault, CancellationTokenSource cancel)
    {
        switch (fault)
        {
            case Fault.Throws:
                throw new InvalidDataException("broken");
            case Fault.ThrowsAfterAwaiting:
                return ThrowLaterAsync();
            case Fault.AwaitsForEver:
                return new(new TaskCompletionSource().Task);
            case Fault.BlocksForEver:
                _letBlockedThreadsEnd.Wait();
                return default;
            default:
                cancel.Cancel();
                return default;
        }
    }

    private static async ValueTask ThrowLaterAsync()
    {
        await Task.Yield();
        throw new InvalidDataException("broken");
    }
}
