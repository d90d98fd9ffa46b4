using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>Chooses the way of handing over from what two releases declare. Calls nothing of them but migrations' constructors.</summary>
internal static class HandoverPlanner
{
    public static HandoverPlan Make(StateParty from, StateParty to, StateOptions options)
    {
        switch (from.State.Kind, to.State.Kind)
        {
            case (StateKind.None, _):
                return new() { Kind = StateKind.None };
            case (_, StateKind.None):
                var lost = $"{to.Release} keeps no state, so that of {from.Release} would be lost.";
                return options.AllowDroppingState
                    ? new()
                    {
                        Kind = StateKind.None,
                        IsReversible = false,
                        Notes = [lost],
                        Dropped = $"The state of {from.Release} was dropped, as {nameof(StateOptions.AllowDroppingState)} allows: {to.Release} keeps none.",
                    }
                    : HandoverPlan.Refused(HandoverRefusal.StateWouldBeLost, $"{lost} Allow it with {nameof(StateOptions)}.{nameof(StateOptions.AllowDroppingState)}.");
            case (StateKind.Shared, StateKind.Shared):
                return SameType(from.State.SharedType, to.State.SharedType)
                    ? new() { Kind = StateKind.Shared }
                    : HandoverPlan.Refused(HandoverRefusal.SharedTypesDiffer, $"{from.Release} shares a {from.State.SharedType}, {to.Release} a {to.State.SharedType}.");
            case (StateKind.Shared, _) or (_, StateKind.Shared):
                return HandoverPlan.Refused(HandoverRefusal.KindsDiffer, $"The state of {from.Release} is {from.State.Kind}, that of {to.Release} is {to.State.Kind}: a shared object cannot become bytes, nor bytes a shared object.");
            default:
                return Exported(from, to);
        }
    }

    private static HandoverPlan Exported(StateParty from, StateParty to)
    {
        var missing = new[] { from, to }
            .Where(static party => party.Instance is not ITransferableState || (party.State.Kind is StateKind.CaughtUp && party.Instance is not ICatchUpState))
            .Select(static party => $"The manifest of {party.Release} says that its state is {party.State.Kind}, but the component does not implement {(party.State.Kind is StateKind.CaughtUp ? nameof(ICatchUpState) : nameof(ITransferableState))}.")
            .ToList();
        if (missing.Count > 0)
        {
            return HandoverPlan.Refused(HandoverRefusal.StateNotImplemented, missing);
        }

        if (MigrationChain.Find(from, to) is not { } steps)
        {
            return HandoverPlan.Refused(HandoverRefusal.NoMigrationChain, NoChain(from, to));
        }

        var broken = steps.Select(Create).OfType<string>().ToList();
        return broken.Count > 0
            ? HandoverPlan.Refused(HandoverRefusal.MigrationUnavailable, broken)
            : Along(steps, from, to);
    }

    private static HandoverPlan Along(IReadOnlyList<MigrationStep> steps, StateParty from, StateParty to)
    {
        var notes = new List<string>();
        var kind = from.State.Kind is StateKind.CaughtUp && to.State.Kind is StateKind.CaughtUp ? StateKind.CaughtUp : StateKind.Transferred;
        if (kind is StateKind.Transferred && from.State.Kind != to.State.Kind)
        {
            notes.Add($"Only one of {from.Release} and {to.Release} catches up, so the whole state is transferred while callers are held back.");
        }

        if (kind is StateKind.CaughtUp && steps.FirstOrDefault(static step => !step.MigratesChanges) is { } whole)
        {
            kind = StateKind.Transferred;
            notes.Add($"{whole.Name} cannot migrate changes, so the whole state is transferred while callers are held back.");
        }

        if (steps.FirstOrDefault(static step => !step.IsReversible) is { } final)
        {
            notes.Add($"{final.Name} cannot be undone: going back would lose what was changed since the swap.");
        }

        return new() { Kind = kind, Steps = steps, Notes = notes, IsReversible = steps.All(static step => step.IsReversible) };
    }

    private static string? Create(MigrationStep step)
    {
        try
        {
            step.Create();
            return null;
        }
        catch (Exception e)
        {
            // The component's code: whatever it throws is an answer.
            return $"{step.Name} is not available: {FaultText.Of(e)}";
        }
    }

    private static string NoChain(StateParty from, StateParty to)
    {
        var carried = from.State.Migrations.Concat(to.State.Migrations)
            .Select(static migration => $"{migration.From} -> {migration.To}{(migration.IsReversible ? " (can be undone)" : "")}")
            .Distinct().ToList();
        var missing = from.State.Schema < to.State.Schema
            ? $"{to.Release} must carry migrations from schema {from.State.Schema} to {to.State.Schema}"
            : $"{from.Release} must carry migrations from schema {to.State.Schema} to {from.State.Schema} that can be undone";
        return $"No chain of migrations leads from schema {from.State.Schema} of {from.Release} to schema {to.State.Schema} of {to.Release}: {missing}. "
            + (carried.Count == 0 ? "Neither carries any." : $"Together they carry {string.Join(", ", carried)}.");
    }

    // The assembly's version does not matter: the host shares one assembly of that name.
    private static bool SameType(string? one, string? other) => one is not null && other is not null && Name(one) == Name(other);

    private static string Name(string assemblyQualified)
    {
        var parts = assemblyQualified.Split(", ");
        return parts.Length > 1 && !assemblyQualified.Contains('[', StringComparison.Ordinal) ? $"{parts[0]}, {parts[1]}" : assemblyQualified;
    }
}
