using FsCheck;
using FsCheck.Fluent;
using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class HandoverPlanLaws
{
    [Fact]
    public async Task AWayBackThatLosesSomethingIsRefusedBeforeTheSwap()
    {
        var scene = new Scene(StateKind.Transferred, migration: new ForgetfulMigration());
        scene.Old.Add("a", 1);
        scene.Old.Add("b", 2);

        var plan = await scene.PlanAsync();

        Assert.Equal(HandoverRefusal.RoundTripDiffers, plan.Refusal);
        Assert.Contains("1 -> 2", Assert.Single(plan.Problems), StringComparison.Ordinal);
        Assert.Same(scene.Old, scene.Slot.Serving);
        Assert.Equal(2, scene.Old.Content.Count);
    }

    [Fact]
    public async Task TheTrialHoldsCallersForItsExportAlone()
    {
        var scene = new Scene(StateKind.Transferred);
        var held = new List<(Place, bool)>();
        scene.At = (place, _) =>
        {
            held.Add((place, scene.Slot.IsHeld));
            return default;
        };

        var plan = await scene.PlanAsync();

        Assert.True(plan.WasTried);
        Assert.Equal([(Place.Export, true), (Place.Migrate, false), (Place.Migrate, false)], held);
        Assert.Equal((1, false), (scene.Slot.Holds, scene.Slot.IsHeld));
    }

    [Fact]
    public async Task TheTrialOfOneThatCatchesUpHoldsNobody()
    {
        var scene = new Scene(StateKind.CaughtUp);

        var plan = await scene.PlanAsync();

        Assert.True(plan.WasTried);
        Assert.Equal(0, scene.Slot.Holds);
        Assert.Equal([Place.BeginCopy, Place.EndCopy], scene.Old.Visited);
        Assert.False(((CatchUpTable)scene.Old).IsNoting);
    }

    [Fact]
    public async Task WithoutACompanionForChangesTheWholeStateIsTransferred()
    {
        var scene = new Scene(StateKind.CaughtUp, declared: Parties.Up with { MigratesChanges = false });

        var plan = await scene.PlanAsync();

        Assert.Equal((HandoverRefusal.None, StateKind.Transferred), (plan.Refusal, plan.Kind));
        Assert.Contains("cannot migrate changes", Assert.Single(plan.Notes), StringComparison.Ordinal);
        // The old release can copy its state while it is called, so the trial has nobody wait.
        Assert.Equal((true, 0), (plan.WasTried, scene.Slot.Holds));
        Assert.Equal((true, 1), ((await scene.RunAsync(plan)).Succeeded, scene.Publications));
    }

    [Fact]
    public async Task AMigrationThatCannotBeUndoneIsToldAndNotTried()
    {
        var scene = new Scene(StateKind.Transferred, declared: Parties.Up with { IsReversible = false, MigratesChanges = false });

        var plan = await scene.PlanAsync();

        Assert.Equal((HandoverRefusal.None, false, false), (plan.Refusal, plan.IsReversible, plan.WasTried));
        Assert.Contains("cannot be undone", Assert.Single(plan.Notes), StringComparison.Ordinal);
        Assert.Empty(scene.Old.Visited);
    }

    [Fact]
    public async Task AMissingChainIsToldWithWhatIsMissing()
    {
        var table = new Table(1);
        var from = Parties.Of(table, "1.0.0", Parties.State(StateKind.Transferred, 1));
        var to = Parties.Of(table, "3.0.0", Parties.State(StateKind.Transferred, 3, Parties.Up), new TableMigration());

        var plan = await PlanAsync(from, to);

        Assert.Equal(HandoverRefusal.NoMigrationChain, plan.Refusal);
        Assert.Equal(
            "No chain of migrations leads from schema 1 of counters 1.0.0 to schema 3 of counters 3.0.0: counters 3.0.0 must carry migrations from schema 1 to 3. Together they carry 1 -> 2 (can be undone).",
            Assert.Single(plan.Problems));
    }

    public static TheoryData<StateKind, StateKind, HandoverRefusal> Pairs => new()
    {
        { StateKind.None, StateKind.None, HandoverRefusal.None },
        { StateKind.None, StateKind.Transferred, HandoverRefusal.None },
        { StateKind.None, StateKind.Shared, HandoverRefusal.None },
        { StateKind.Transferred, StateKind.None, HandoverRefusal.StateWouldBeLost },
        { StateKind.Shared, StateKind.None, HandoverRefusal.StateWouldBeLost },
        { StateKind.Shared, StateKind.Shared, HandoverRefusal.SharedTypesDiffer },
        { StateKind.Shared, StateKind.Transferred, HandoverRefusal.KindsDiffer },
        { StateKind.CaughtUp, StateKind.Shared, HandoverRefusal.KindsDiffer },
        { StateKind.CaughtUp, StateKind.Transferred, HandoverRefusal.StateNotImplemented },
        { StateKind.Transferred, StateKind.Transferred, HandoverRefusal.None },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task TwoReleasesFitOrTheReasonIsNamed(StateKind old, StateKind @new, HandoverRefusal expected)
    {
        var table = new Table(1);
        var from = Parties.Of(table, "1.0.0", new(old, 1, "Tests.One, Tests", []));
        var to = Parties.Of(table, "2.0.0", new(@new, 1, "Tests.Two, Tests", []));

        var plan = await PlanAsync(from, to);

        Assert.Equal(expected, plan.Refusal);
        Assert.Equal(plan.IsRefused, plan.Problems.Count > 0);
    }

    [Fact]
    public async Task StateIsDroppedOnlyWhereThatIsAllowed()
    {
        var from = Parties.Of(new Table(1), "1.0.0", Parties.State(StateKind.Transferred, 1));
        var to = Parties.Of(new object(), "2.0.0", StateDeclaration.None);

        var plan = await PlanAsync(from, to, new() { AllowDroppingState = true });

        Assert.Equal((HandoverRefusal.None, false), (plan.Refusal, plan.IsReversible));
        Assert.Contains("lost", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMigrationThatIsNotWhatItsDeclarationSaysIsRefused()
    {
        var table = new Table(1);
        var from = Parties.Of(table, "1.0.0", Parties.State(StateKind.Transferred, 1));
        var state = Parties.State(StateKind.Transferred, 2, Parties.Up);

        foreach (var migration in new[] { null, new object(), new UpwardMigration() })
        {
            var plan = await PlanAsync(from, Parties.Of(table, "2.0.0", state, migration));

            Assert.Equal(HandoverRefusal.MigrationUnavailable, plan.Refusal);
            Assert.Contains("Counters.UpToTwo", Assert.Single(plan.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheChainIsTheShortestThereIs()
    {
        var migration = Gen.Choose(1, 5).SelectMany(static from => Gen.Choose(from + 1, 6), static (from, to) => (from, to))
            .SelectMany(static _ => ArbMap.Default.GeneratorFor<bool>(), static (edge, reversible) => new MigrationDeclaration(edge.from, edge.to, reversible, false, "M"));
        var state = Gen.Choose(1, 6).SelectMany(_ => migration.ListOf(), static (schema, migrations) => new StateDeclaration(StateKind.Transferred, schema, null, [.. migrations.Take(5)]));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(state.ToArbitrary(), state.ToArbitrary(), static (old, @new) =>
        {
            var from = Parties.Of(new Table(1), "1.0.0", old);
            var to = Parties.Of(new Table(1), "2.0.0", @new);

            var chain = MigrationChain.Find(from, to);

            Assert.Equal(Distance(old, @new), chain?.Count);
            var schema = old.Schema;
            foreach (var step in chain ?? [])
            {
                Assert.Equal(schema, step.From);
                Assert.True(!step.IsUndo || step.Declaration.IsReversible);
                schema = step.To;
            }

            Assert.Equal(chain is null ? old.Schema : @new.Schema, schema);
        }));
    }

    /// <summary>The number of steps by trying wave after wave; null when there is no way.</summary>
    private static int? Distance(StateDeclaration old, StateDeclaration @new)
    {
        // Where both carry a migration between the same schemas, only that of the newer schema counts.
        var all = (old.Schema > @new.Schema ? old.Migrations.Concat(@new.Migrations) : @new.Migrations.Concat(old.Migrations)).DistinctBy(static m => (m.From, m.To)).ToList();
        HashSet<int> wave = [old.Schema];
        for (var steps = 0; steps < 10; steps++)
        {
            if (wave.Contains(@new.Schema))
            {
                return steps;
            }

            wave.UnionWith([.. all.Where(m => wave.Contains(m.From)).Select(static m => m.To), .. all.Where(m => m.IsReversible && wave.Contains(m.To)).Select(static m => m.From)]);
        }

        return null;
    }

    private static Task<HandoverPlan> PlanAsync(StateParty from, StateParty to, StateOptions? options = null) =>
        new StateHandover(TimeProvider.System, options ?? new()).PlanAsync(from, to, new TableSlot(new Table(1), TimeProvider.System), CancellationToken.None);
}
