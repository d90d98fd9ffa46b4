using Theseus.Packaging;

namespace Theseus.Control.Versions;

/// <summary>Judges steps by what releases declare. The rules of state are those by which a host plans the handover.</summary>
internal static class StepJudge
{
    public static VersionStep Judge(ReleaseTraits? from, ReleaseTraits to, ComponentContract contract, VersionOptions options)
    {
        var against = new List<Incompatibility>();
        CheckContract(to, contract, against);
        if (from is null)
            return new(null, to.Version, against, []);
        CheckDeclared(from, to, against);
        var (handover, schemas, refused, wayBack) = State(from, to, options);
        against.AddRange(refused);
        return new(from.Version, to.Version, against, wayBack) { Handover = handover, Schemas = schemas };
    }

    private static void CheckContract(ReleaseTraits to, ComponentContract contract, List<Incompatibility> against)
    {
        if (to.Contract.Type != contract.Type || to.Contract.Assembly != contract.Assembly)
        {
            against.Add(new(StepRule.ContractType, $"{to.Version} implements {to.Contract.Type} of {to.Contract.Assembly}; hosts call {contract.Type} of {contract.Assembly}.", "Choose a release for the contract that hosts call."));
            return;
        }

        if (contract.Version is not { } present)
            return;
        if (!to.Contract.Range.Satisfies(present))
            against.Add(new(StepRule.ContractRange, $"{to.Version} works with {contract.Assembly} {to.Contract.Range.ToNormalizedString()}; hosts have {present}.", "Choose a release whose range includes it, or upgrade the hosts."));
        else if (to.Contract.Version > present)
            against.Add(new(StepRule.ContractRange, $"{to.Version} was built against {contract.Assembly} {to.Contract.Version}; hosts have {present}, which is older.", "Build the release against the older contract, or upgrade the hosts."));
    }

    // Declared for the way up. For the way down migrations vouch.
    private static void CheckDeclared(ReleaseTraits from, ReleaseTraits to, List<Incompatibility> against)
    {
        if (to.UpgradesFrom is { } range && to.Version > from.Version && !range.Satisfies(from.Version))
            against.Add(new(StepRule.UpgradesFrom, $"{to.Version} declares itself safe to upgrade to from {range.ToNormalizedString()}; {from.Version} serves.", "Go by a release in between."));
    }

    private static Handover State(ReleaseTraits from, ReleaseTraits to, VersionOptions options)
    {
        switch (from.State.Kind, to.State.Kind)
        {
            case (StateKind.None, _):
                return new(StateKind.None, [], [], []);
            case (_, StateKind.None):
                var lost = new Incompatibility(StepRule.StateKept, $"{to.Version} keeps no state, so that of {from.Version} would be lost.", "Choose a release that keeps state, or allow state to be dropped.");
                return new(StateKind.None, [], options.AllowDroppingState ? [] : [lost], [lost]);
            case (StateKind.Shared, StateKind.Shared):
                return SameType(from.State.SharedType!, to.State.SharedType!)
                    ? new(StateKind.Shared, [], [], [])
                    : Refused(StepRule.StateKind, $"{from.Version} shares a {from.State.SharedType}, {to.Version} a {to.State.SharedType}.", "Share the same type, or go by a release that keeps no state.");
            case (StateKind.Shared, _) or (_, StateKind.Shared):
                return Refused(StepRule.StateKind, $"The state of {from.Version} is {from.State.Kind}, that of {to.Version} is {to.State.Kind}: a shared object cannot become bytes, nor bytes a shared object.", "Choose a release that keeps state in the same way.");
            default:
                return Exported(from, to);
        }
    }

    private static Handover Exported(ReleaseTraits from, ReleaseTraits to)
    {
        if (SchemaChain.Find(from.State, to.State) is not { } chain)
        {
            var (newer, way) = from.State.Schema < to.State.Schema
                ? (to, $"migrations from schema {from.State.Schema} to {to.State.Schema}")
                : (from, $"migrations from schema {to.State.Schema} to {from.State.Schema} that can be undone");
            return Refused(StepRule.StateMigration, $"No chain of migrations leads from schema {from.State.Schema} of {from.Version} to schema {to.State.Schema} of {to.Version}.", $"{newer.Version} must carry {way}; or go by a release in between.");
        }

        var bothCatchUp = from.State.Kind == StateKind.CaughtUp && to.State.Kind == StateKind.CaughtUp && chain.All(step => step.MigratesChanges);
        return new(
            bothCatchUp ? StateKind.CaughtUp : StateKind.Transferred,
            chain.Count == 0 ? [] : [chain[0].From, .. chain.Select(step => step.To)],
            [],
            [.. chain.Where(step => !step.IsReversible).Select(step => new Incompatibility(StepRule.StateMigration, $"The migration from schema {step.From} to {step.To} cannot be undone: going back would lose what was changed since.", "Make it reversible, or choose what happens on failure: freeze or roll forward."))]);
    }

    private static Handover Refused(StepRule rule, string message, string mend)
    {
        var incompatibility = new Incompatibility(rule, message, mend);
        return new(StateKind.None, [], [incompatibility], [incompatibility]);
    }

    // The assembly's version does not matter: a host shares one assembly of that name.
    private static bool SameType(string one, string other) => Name(one) == Name(other);

    private static string Name(string assemblyQualified)
    {
        var parts = assemblyQualified.Split(',', 3, StringSplitOptions.TrimEntries);
        return parts.Length > 1 && !assemblyQualified.Contains('[', StringComparison.Ordinal) ? $"{parts[0]}, {parts[1]}" : assemblyQualified;
    }

    private sealed record Handover(StateKind Kind, IReadOnlyList<int> Schemas, IReadOnlyList<Incompatibility> Refused, IReadOnlyList<Incompatibility> WayBack);
}
