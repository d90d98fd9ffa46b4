using Theseus.Control.Upgrades;

namespace Theseus.Demo.Acts;

/// <summary>One upgrade of the demo, and how it has to end.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Story">What is going to happen, in a sentence.</param>
/// <param name="Component">The component.</param>
/// <param name="From">The version that serves before.</param>
/// <param name="To">The version that it is upgraded to.</param>
/// <param name="Expected">How the upgrade has to end.</param>
/// <param name="Serves">The version that has to serve afterwards, on every node.</param>
internal sealed record Act(string Name, string Story, string Component, string From, string To, UpgradeState Expected, string Serves)
{
    /// <summary>The strategy, given how long a wave is watched.</summary>
    public required Func<TimeSpan, StrategyParameters> Strategy { get; init; }

    /// <summary>Whether the component's counts have to be those of the load.</summary>
    public bool ComparesCounts { get; init; }

    /// <summary>Whether the control plane that drives the upgrade is killed in its second wave, where it is a process of its own.</summary>
    public bool LosesItsDriver { get; init; }

    /// <summary>The acts, in their order.</summary>
    public static IReadOnlyList<Act> All { get; } =
    [
        new(
            "A good upgrade",
            "The renderer goes from Markdig 0.31.0 to 1.6.0, blue-green: made ready on every node, then switched on all at once, the old release warm for a while.",
            "markdown", "1.0.0", "2.0.0", UpgradeState.Completed, Serves: "2.0.0")
        {
            Strategy = watched => new BlueGreenParameters { Observe = watched, WarmFor = watched },
        },
        new(
            "A bad upgrade",
            "A release that throws on tables, and says that it is healthy, comes to one node as a canary. It is noticed under real calls and taken back; the calls it failed are answered by the version before, and the other nodes never meet it.",
            "markdown", "2.0.0", "9.1.0", UpgradeState.RolledBack, Serves: "2.0.0")
        {
            Strategy = watched => new CanaryParameters { Observe = watched },
        },
        new(
            "A stateful upgrade",
            "The rate limiter takes its counts along, from schema 1 to schema 2, while permits are taken: rolling, two nodes at a time.",
            "rate-limiter", "1.1.0", "2.0.0", UpgradeState.Completed, Serves: "2.0.0")
        {
            Strategy = watched => new RollingParameters { Observe = watched / 2, Batch = Amount.Nodes(2) },
            ComparesCounts = true,
            LosesItsDriver = true,
        },
    ];
}
