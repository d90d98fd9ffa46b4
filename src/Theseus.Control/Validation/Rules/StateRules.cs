namespace Theseus.Control.Validation;

/// <summary>Whether the way is declared, and what becomes of state on it.</summary>
internal static class StateRules
{
    public static IEnumerable<Finding> Path(ValidationContext context)
    {
        const string Place = "theseus.json: upgradesFrom";
        var against = context.Step!.Incompatibilities.Where(one => one.Rule == StepRule.UpgradesFrom).Select(one => Finding.Error(Place, one.Message, Detour.Mend(one, context))).ToList();
        return against.Count > 0 ? against : [Finding.Pass(Place, $"The way from {context.Step.From?.ToNormalizedString() ?? "nothing"} is declared safe.")];
    }

    public static IEnumerable<Finding> Forward(ValidationContext context)
    {
        const string Place = "theseus.json: state";
        if (context.Upgrade.RestoresState)
            return [Finding.Pass(Place, "It begins with the state that was kept when it was replaced.")];
        var step = context.Step!;
        var against = step.Incompatibilities.Where(one => one.Rule is StepRule.StateKept or StepRule.StateKind or StepRule.StateMigration).Select(one => Finding.Error(Place, one.Message, Detour.Mend(one, context))).ToList();
        return against.Count > 0 ? against
            : [Finding.Pass(Place, step.Schemas.Count > 0 ? $"Its state is migrated along the schemas {string.Join(" -> ", step.Schemas)}." : "No state has to be migrated.")];
    }

    public static IEnumerable<Finding> Back(ValidationContext context)
    {
        const string Place = "theseus.json: state.migrations";
        if (context.Upgrade.RestoresState)
            return [Finding.Pass(Place, "Until it is confirmed, the release of now is there with its state.")];
        var step = context.Step!;
        if (step.IsReversible)
            return [Finding.Pass(Place, "It can be taken back.")];
        return context.Upgrade.FailureAction switch
        {
            FailureAction.Freeze or FailureAction.RollForward => [Finding.Pass(Place, $"It cannot be taken back; on failure it will {(context.Upgrade.FailureAction == FailureAction.Freeze ? "freeze" : "roll forward")}, as was chosen.")],
            _ => step.WayBack.Select(one => Finding.Error(Place, one.Message, "Make the migration reversible, or choose what happens on failure: freeze or roll forward.")),
        };
    }
}
