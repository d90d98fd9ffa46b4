namespace Theseus.Fleet;

/// <summary>What a node is told to do. Each is a state to be reached, so that to be told twice does no harm.</summary>
public enum NodeTaskKind
{
    /// <summary>Have the release ready beside the one that serves.</summary>
    Prepare,

    /// <summary>Send a share of the calls to the release, on trial until it is confirmed or reverted.</summary>
    Activate,

    /// <summary>Make the release the confirmed one.</summary>
    Confirm,

    /// <summary>Serve with the release that the upgrade came from, and with nothing of the other.</summary>
    Revert,

    /// <summary>Have nothing left of the release that the upgrade came from, or say what keeps it.</summary>
    Retire,

    /// <summary>Ask the component for its health.</summary>
    Probe,

    /// <summary>Report, now; and take no task with a lower fence from here on.</summary>
    Report,

    /// <summary>Show that the process is alive, by a report with the task's <see cref="NodeTask.Claim"/>: the name is its own then. About no component.</summary>
    Join,

    /// <summary>Be no node any more: another process has the name, or the node was removed. About no component.</summary>
    Leave,
}

/// <summary>
/// One idempotent instruction to one node, with a deadline and a fence. It may be lost, doubled or late without harm:
/// whoever wants it done looks at what the node reports, and tells it again.
/// </summary>
public sealed record NodeTask
{
    private static readonly ReleaseId s_none = new("", "");
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    /// <summary>Its name: the same whenever the same thing is asked for again.</summary>
    public required string Id { get; init; }

    /// <summary>The node that it is for.</summary>
    public required string Node { get; init; }

    /// <summary>
    /// The process that it is meant for (<see cref="NodeReport.Incarnation"/>): any other one that goes by the node's name
    /// passes it over. Empty, the default, for whichever there is.
    /// </summary>
    public string Incarnation { get; init; } = "";

    /// <summary>For <see cref="NodeTaskKind.Join"/>: the claim that the process is to report with.</summary>
    public long Claim { get; init; }

    /// <summary>What to do.</summary>
    public required NodeTaskKind Kind { get; init; }

    /// <summary>The component.</summary>
    public required string Component { get; init; }

    /// <summary>The upgrade that asks.</summary>
    public required string Upgrade { get; init; }

    /// <summary>What tells the first span of the upgrade's trace, as a W3C <c>traceparent</c>; empty for none.</summary>
    public string Trace { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Orders the instructions for one component: a node that has seen a higher one refuses this. It grows with each
    /// upgrade of the component, and whenever another replica takes an upgrade over or the upgrade turns around.
    /// </summary>
    public required long Fence { get; init; }

    /// <summary>The release that served when the upgrade was planned.</summary>
    public required ReleaseId From { get; init; }

    /// <summary>The release that the upgrade leads to.</summary>
    public required ReleaseId To { get; init; }

    /// <summary>The release's share of the calls, from 0 to 1. For <see cref="NodeTaskKind.Activate"/>.</summary>
    public double Share { get; init; } = 1;

    /// <summary>The share of calls that are copied to the release, from 0 to 1. For <see cref="NodeTaskKind.Activate"/>.</summary>
    public double ShadowFraction { get; init; }

    /// <summary>
    /// The upgrade before which the state was kept that the release begins with, rather than with that of now; empty for
    /// the state of now. For <see cref="NodeTaskKind.Activate"/> and <see cref="NodeTaskKind.Confirm"/>.
    /// </summary>
    public string Restores { get; init; } = "";

    /// <summary>How long the node may take. Its own clock counts, so that clocks need not agree.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>How long a trial lasts at most when no further word comes; then the node goes back by itself. For <see cref="NodeTaskKind.Activate"/>.</summary>
    public TimeSpan HoldAtMost { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Makes a task that asks a process to show that it is alive, so that it may have its node's name.</summary>
    /// <param name="node">The name.</param>
    /// <param name="incarnation">The process.</param>
    /// <param name="claim">The claim to report with.</param>
    public static NodeTask ToJoin(string node, string incarnation, long claim) => AboutTheName(node, incarnation, NodeTaskKind.Join) with { Claim = claim };

    /// <summary>Makes a task that tells a process that its node's name is not its own any more.</summary>
    /// <param name="node">The name.</param>
    /// <param name="incarnation">The process.</param>
    public static NodeTask ToLeave(string node, string incarnation) => AboutTheName(node, incarnation, NodeTaskKind.Leave);

    private static NodeTask AboutTheName(string node, string incarnation, NodeTaskKind kind) => new()
    {
        Id = $"{incarnation}/{kind}",
        Node = node,
        Incarnation = incarnation,
        Kind = kind,
        Component = "",
        Upgrade = "",
        Fence = 0,
        From = s_none,
        To = s_none,
        Deadline = s_soon,
    };
}
