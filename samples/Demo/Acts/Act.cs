using Theseus.Runtime;

namespace Theseus.Demo.Acts;

/// <summary>One upgrade of the demo, and how it has to end.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Story">What is going to happen, in a sentence.</param>
/// <param name="Component">The component.</param>
/// <param name="From">The version that serves before.</param>
/// <param name="To">The version that it is swapped for.</param>
/// <param name="Expected">How the swap has to end.</param>
/// <param name="Serves">The version that has to serve afterwards.</param>
internal sealed record Act(string Name, string Story, string Component, string From, string To, SwapOutcome Expected, string Serves)
{
    /// <summary>Whether calls that arrive while the release is loaded are replayed as its warm-up.</summary>
    public bool ReplaysRecentCalls { get; init; } = true;

    /// <summary>Whether the component's counts have to be those of the load.</summary>
    public bool ComparesCounts { get; init; }

    /// <summary>The acts, in their order.</summary>
    public static IReadOnlyList<Act> All { get; } =
    [
        new(
            "A good upgrade",
            "The renderer goes from Markdig 0.31.0 to 1.6.0.",
            "markdown", "1.0.0", "2.0.0", SwapOutcome.Completed, Serves: "2.0.0"),
        new(
            "A bad upgrade",
            "A release that throws on tables, and says that it is healthy, is noticed under real calls and taken back; the calls it failed are answered by the version before.",
            "markdown", "2.0.0", "9.1.0", SwapOutcome.RolledBack, Serves: "2.0.0")
        {
            // Replayed documents would unmask it before its first call. Here it is to get that far.
            ReplaysRecentCalls = false,
        },
        new(
            "A stateful upgrade",
            "The rate limiter takes its counts along, from schema 1 to schema 2, while permits are taken.",
            "rate-limiter", "1.1.0", "2.0.0", SwapOutcome.Completed, Serves: "2.0.0")
        {
            ComparesCounts = true,
        },
    ];
}
