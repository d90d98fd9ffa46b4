using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What one node is wanted to have of one component, at one moment of an upgrade.</summary>
/// <param name="Move">The component's move.</param>
/// <param name="Node">The node.</param>
/// <param name="Kind">What is wanted.</param>
/// <param name="Share">For Activate: the release's share of the calls.</param>
/// <param name="ShadowFraction">For Activate: the share of calls copied to it.</param>
internal sealed record CellGoal(UpgradeMove Move, string Node, NodeTaskKind Kind, double Share = 0, double ShadowFraction = 0)
{
    /// <summary>The task's name: it differs whenever something else is wanted, or wanted anew after a turn.</summary>
    public string TaskId(UpgradeRecord upgrade)
    {
        var about = Kind switch
        {
            NodeTaskKind.Activate => FormattableString.Invariant($"/{Share}/{ShadowFraction}"),
            NodeTaskKind.Probe => FormattableString.Invariant($"/{upgrade.Wave}"),
            _ => "",
        };
        return TaskPrefix(upgrade, Kind) + about;
    }

    private string TaskPrefix(UpgradeRecord upgrade, NodeTaskKind kind) => FormattableString.Invariant($"{upgrade.Id}/{upgrade.Turn}/{Move.Component}/{kind}");

    /// <summary>
    /// What a node says of having failed at it; null for nothing. A release that was taken back from its trial has failed
    /// whatever is wanted of it now: the trial may have been begun by an earlier wave, with another share.
    /// </summary>
    public NodeTaskResult? FailureIn(ComponentReport report, UpgradeRecord upgrade)
    {
        var own = TaskId(upgrade);
        var trials = Kind is NodeTaskKind.Activate or NodeTaskKind.Confirm or NodeTaskKind.Probe ? TaskPrefix(upgrade, NodeTaskKind.Activate) : null;
        return report.Results.LastOrDefault(result => result.Outcome == NodeTaskOutcome.Failed && (result.Task == own || (trials is not null && result.Task.StartsWith(trials, StringComparison.Ordinal))));
    }

    /// <summary>Whether a node has what is wanted, by its own report.</summary>
    public bool IsReached(ComponentReport report, UpgradeRecord upgrade)
    {
        var (from, to) = (Move.From, Move.To);
        var isOnTrial = report.Trial?.Release == to;
        return Kind switch
        {
            NodeTaskKind.Prepare => report.Staged == to || isOnTrial || report.Confirmed == to,
            NodeTaskKind.Activate => report.Confirmed == to || (isOnTrial && report.Trial!.Share == Share && report.Trial.ShadowFraction == ShadowFraction),
            NodeTaskKind.Confirm => report.Confirmed == to && report.Trial is null,
            // Only with our fence: without it, an order from before the turn could still be on its way, and be obeyed.
            NodeTaskKind.Revert => report.Fence >= upgrade.Fence && report.Confirmed == from && report.Trial is null && report.Staged != to,
            // A question rather than a state: reached when it was answered as hoped for. A node that was restarted has forgotten, and is asked again.
            NodeTaskKind.Probe or NodeTaskKind.Retire => report.ResultOf(TaskId(upgrade)) is { Outcome: NodeTaskOutcome.Done },
            _ => throw new InvalidOperationException($"{Kind} is no goal."),
        };
    }
}
