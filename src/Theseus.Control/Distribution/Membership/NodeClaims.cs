using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>Decides which of the processes that go by one name has it. Pure.</summary>
/// <remarks>
/// <para>
/// The newest process has it: the one that was first heard of last. Nodes' clocks do not count, since they differ by more
/// than a restart takes. Nor does the order in which reports arrive by itself, since what a dead process said may come
/// after the first word of its successor, which would then lose its name to nobody.
/// </para>
/// <para>
/// So a process that is not known is offered the claim after the present one, and has the name when it reports with it: it
/// was alive after the present claim was given. Of several that were offered the same claim, one gets it, and the others are
/// offered the next: they end in some order, and the last of them that lives has the name. A process that had the name and
/// lost it is known by its claim, which is kept, and is never offered another: two that live do not take turns.
/// </para>
/// <para>Where no process ever had the name there is nobody to lose it, and the first one that is heard of has it at once.</para>
/// </remarks>
public static class NodeClaims
{
    /// <summary>How many claims of a node are kept. A process that reports with an older one has lost the name.</summary>
    public const int Kept = 100;

    /// <summary>Decides.</summary>
    /// <param name="node">The node; null when the name is new.</param>
    /// <param name="hadBefore">Whether the process is one of those that had the name before the present one.</param>
    /// <param name="report">Its report.</param>
    /// <param name="now">The time.</param>
    public static NodeClaim Decide(NodeRecord? node, bool hadBefore, NodeReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        node ??= new NodeRecord { Name = report.Node, AddedAt = now };
        if (node.Claim > 0 && node.Incarnation == report.Incarnation)
        {
            return node.IsRemoved ? new(node, NodeClaimOutcome.Lost) : new(Told(node, report), NodeClaimOutcome.Has);
        }

        if (hadBefore || (report.Claim > 0 && report.Claim <= node.Claim - Kept))
        {
            return new(node, NodeClaimOutcome.Lost);
        }

        // Above the next one: nodes remember claims of a database that is no more.
        if (node.Claim > 0 && report.Claim <= node.Claim)
        {
            return new(node, NodeClaimOutcome.Offered, node.Claim + 1);
        }

        var joined = Told(node, report) with
        {
            Claim = Math.Max(report.Claim, 1),
            Incarnation = report.Incarnation,
            JoinedAt = node.JoinedAt ?? now,
            IsRemoved = false,
            IsDraining = node.IsDraining && !node.IsRemoved,
        };
        return new(joined, NodeClaimOutcome.Has);
    }

    /// <summary>Whether a report says of the node what is kept of it.</summary>
    public static bool SaysTheSame(NodeRecord node, NodeReport report)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(report);
        return node.FailureDomain == report.FailureDomain
            && node.Labels.Count == report.Labels.Count
            && report.Labels.All(label => node.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }

    private static NodeRecord Told(NodeRecord node, NodeReport report) => SaysTheSame(node, report) ? node : node with { FailureDomain = report.FailureDomain, Labels = report.Labels };
}
