using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Planning;

/// <summary>Plans for nodes that are written like <c>n1@east</c>, and their waves in one line each.</summary>
internal static class Plans
{
    public static UpgradeMove Move(string component) => new(component, new("1.0.0", "d1"), new("2.0.0", "d2"));

    public static PlannedNode Node(string text) => text.Split('@') is [var name, var domain] ? new(name, domain) : new(text, "");

    public static UpgradeRequest Request(StrategyParameters parameters, params string[] components) => new()
    {
        Targets = [.. components.Select(component => new UpgradeTarget(component, "2.0.0"))],
        Parameters = parameters,
        RequestedBy = "operator",
    };

    public static UpgradePlan Of(StrategyParameters parameters, params string[] nodes) => Of(parameters, ["a"], nodes);

    public static UpgradePlan Of(StrategyParameters parameters, string[] components, string[] nodes) =>
        UpgradePlanner.Plan(Request(parameters, components), [.. components.Select(Move)], _ => [.. nodes.Select(Node)]);

    /// <summary>A wave as <c>name [what is prepared] what is sent</c>: <c>n1=0.5</c> for half of the calls, <c>n1~0.5</c> for half of them copied.</summary>
    public static IEnumerable<string> Lines(UpgradePlan plan) => plan.Waves.Select(wave =>
        FormattableString.Invariant($"{wave.Name} [{string.Join(' ', wave.Prepare)}] {string.Join(' ', wave.Activate.Select(Line))}").TrimEnd());

    private static string Line(PlanStep step) => (step.Share, step.ShadowFraction) switch
    {
        (0, var shadow) => FormattableString.Invariant($"{step.Node}~{shadow}"),
        (var share, 0) => FormattableString.Invariant($"{step.Node}={share}"),
        var (share, shadow) => FormattableString.Invariant($"{step.Node}={share}~{shadow}"),
    };
}
