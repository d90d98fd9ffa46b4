namespace Theseus.Control.Validation;

/// <summary>What to do about a step that may not be taken directly: the releases to go by, or why there are none.</summary>
internal static class Detour
{
    private const int MostReasons = 3;

    public static bool MayHelp(Incompatibility one) => one.Rule is StepRule.UpgradesFrom or StepRule.StateMigration;

    public static string Mend(Incompatibility one, ValidationContext context) => context.Detour switch
    {
        null => one.Mend,
        _ when !MayHelp(one) => one.Mend,
        { Path: { } path } => $"Go by {string.Join(", then ", path.Steps.SkipLast(1).Select(step => step.To.ToNormalizedString()))}: {path}.",
        var none => $"{one.Mend} The feeds have none that leads there{WhyNot(none, context.Step!)}",
    };

    private static string WhyNot(PathResult none, VersionStep direct)
    {
        IReadOnlyList<string> reasons = [.. none.Refused.Where(step => step.From != direct.From || step.To != direct.To).Select(step => step.ToString()), .. none.Problems];
        return reasons.Count == 0 ? "."
            : $": {string.Join(" ", reasons.Take(MostReasons))}{(reasons.Count > MostReasons ? $" And {reasons.Count - MostReasons} more." : "")}";
    }
}
