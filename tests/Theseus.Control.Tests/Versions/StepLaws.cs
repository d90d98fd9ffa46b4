using FsCheck;
using FsCheck.Fluent;
using Theseus.Control.Versions;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Versions;

public sealed class StepLaws
{
    private static readonly StateDeclaration shared = new(StateKind.Shared, 0, "Shop.Table, Shop, Version=1.0.0.0", []);

    public static TheoryData<string, ReleaseTraits, ReleaseTraits, StepRule?, bool> Steps => new()
    {
        { "nothing speaks against it", Traits.Of("1.0.0"), Traits.Of("2.0.0"), null, true },
        { "another contract", Traits.Of("1.0.0"), Traits.Of("2.0.0") with { Contract = Traits.Of("2.0.0").Contract with { Type = "Shop.IOther" } }, StepRule.ContractType, true },
        { "a contract too new for it", Traits.Of("1.0.0"), Traits.Of("2.0.0", contractRange: "[1.0.0, 1.5.0)"), StepRule.ContractRange, true },
        { "built against a newer contract", Traits.Of("1.0.0"), Traits.Of("2.0.0", builtAgainst: "1.6.0"), StepRule.ContractRange, true },
        { "a path that is not declared", Traits.Of("1.0.0"), Traits.Of("2.0.0", upgradesFrom: "[1.1.0, )"), StepRule.UpgradesFrom, true },
        { "the way down needs no declaration", Traits.Of("2.0.0"), Traits.Of("1.0.0", upgradesFrom: "[0.1.0, 0.9.0]"), null, true },
        { "state appears", Traits.Of("1.0.0"), Traits.Of("2.0.0", Traits.Exported(1)), null, true },
        { "state is lost", Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0"), StepRule.StateKept, false },
        { "the same object", Traits.Of("1.0.0", shared), Traits.Of("2.0.0", shared with { SharedType = "Shop.Table, Shop, Version=2.0.0.0" }), null, true },
        { "another object", Traits.Of("1.0.0", shared), Traits.Of("2.0.0", shared with { SharedType = "Shop.Other, Shop" }), StepRule.StateKind, false },
        { "an object cannot become bytes", Traits.Of("1.0.0", shared), Traits.Of("2.0.0", Traits.Exported(1)), StepRule.StateKind, false },
        { "the same schema", Traits.Of("1.0.0", Traits.Exported(2)), Traits.Of("2.0.0", Traits.Exported(2)), null, true },
        { "no migration", Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0", Traits.Exported(2)), StepRule.StateMigration, false },
        { "a migration and back", Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0", Traits.Exported(2, Traits.Migration(1, 2))), null, true },
        { "a migration without a way back", Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0", Traits.Exported(2, Traits.Migration(1, 2, reversible: false))), null, false },
        { "down by undoing", Traits.Of("2.0.0", Traits.Exported(2, Traits.Migration(1, 2))), Traits.Of("1.0.0", Traits.Exported(1)), null, true },
        { "down what cannot be undone", Traits.Of("2.0.0", Traits.Exported(2, Traits.Migration(1, 2, reversible: false))), Traits.Of("1.0.0", Traits.Exported(1)), StepRule.StateMigration, false },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void AStepIsJudgedByWhatItsReleasesDeclare(string what, ReleaseTraits from, ReleaseTraits to, StepRule? against, bool isReversible)
    {
        var step = VersionManager.Judge(from, to, Traits.Contract);

        Assert.NotEmpty(what);
        Assert.Equal(against is { } rule ? [rule] : [], step.Incompatibilities.Select(one => one.Rule));
        Assert.Equal((against is null, isReversible), (step.IsAllowed, step.IsReversible));
        Assert.All([.. step.Incompatibilities, .. step.WayBack], one => Assert.True(one.Message.Length > 0 && one.Mend.Length > 0));
    }

    [Fact]
    public void EverythingThatSpeaksAgainstAStepIsTold()
    {
        var step = VersionManager.Judge(Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0", Traits.Exported(2), "[1.1.0, )", "[1.0.0, 1.1.0)"), Traits.Contract);

        Assert.Equal([StepRule.ContractRange, StepRule.UpgradesFrom, StepRule.StateMigration], step.Incompatibilities.Select(one => one.Rule));
    }

    [Fact]
    public void StateIsDroppedOnlyWhereThatIsAllowedAndThenForGood()
    {
        var step = VersionManager.Judge(Traits.Of("1.0.0", Traits.Exported(1)), Traits.Of("2.0.0"), Traits.Contract, new() { AllowDroppingState = true });

        Assert.True(step.IsAllowed);
        Assert.False(step.IsReversible);
    }

    [Fact]
    public void AFirstDeploymentNeedsTheContractAlone()
    {
        Assert.True(VersionManager.Judge(null, Traits.Of("2.0.0", Traits.Exported(4), "[1.1.0, )"), Traits.Contract).IsAllowed);
        Assert.False(VersionManager.Judge(null, Traits.Of("2.0.0", contractRange: "[2.0.0, )"), Traits.Contract).IsAllowed);
    }

    [Fact]
    public void StateIsCaughtUpOnlyWhereBothReleasesAndEveryMigrationCan()
    {
        StateDeclaration CatchUp(int schema, params MigrationDeclaration[] migrations) => new(StateKind.CaughtUp, schema, null, migrations);
        StateKind Handover(StateDeclaration from, StateDeclaration to) => VersionManager.Judge(Traits.Of("1.0.0", from), Traits.Of("2.0.0", to), Traits.Contract).Handover;

        Assert.Equal(StateKind.CaughtUp, Handover(CatchUp(1), CatchUp(2, Traits.Migration(1, 2))));
        Assert.Equal(StateKind.Transferred, Handover(CatchUp(1), CatchUp(2, Traits.Migration(1, 2, changes: false))));
        Assert.Equal(StateKind.Transferred, Handover(Traits.Exported(1), CatchUp(1)));
    }

    [Fact]
    public void TheChainOfSchemasIsTheCheapestThatThereIs() => Prop.ForAll(
        Arb.From(Traits.States.Two().Where(two => two is { Item1.Schema: > 0, Item2.Schema: > 0 })),
        two =>
        {
            var (from, to) = two;
            var found = SchemaChain.Find(from, to);
            var all = Chains(from, to, [from.Schema]).ToList();
            Assert.Equal(all.Count > 0, found is not null);
            if (found is null)
                return;
            Assert.Equal(all.Min(CostOf), CostOf(found));
            Assert.Contains(all, chain => chain.SequenceEqual(found));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static (int, int, int) CostOf(IReadOnlyList<SchemaStep> chain) => (chain.Count, chain.Count(step => !step.IsReversible), chain.Count(step => !step.MigratesChanges));

    private static IEnumerable<IReadOnlyList<SchemaStep>> Chains(StateDeclaration from, StateDeclaration to, List<int> way)
    {
        if (way[^1] == to.Schema)
            yield return [];
        var newer = from.Schema > to.Schema ? from : to;
        var older = newer == from ? to : from;
        var carried = newer.Migrations.Concat(older.Migrations.Where(one => !newer.Migrations.Any(other => (other.From, other.To) == (one.From, one.To)))).ToList();
        foreach (var (step, next) in carried.Select(one => (new SchemaStep(one.From, one.To, one.IsReversible, one.MigratesChanges), one.To))
            .Concat(carried.Where(one => one.IsReversible).Select(one => (new SchemaStep(one.To, one.From, true, one.MigratesChanges), one.From))))
        {
            if (step.From != way[^1] || way.Contains(next))
                continue;
            foreach (var rest in Chains(from, to, [.. way, next]))
                yield return [step, .. rest];
        }
    }
}
