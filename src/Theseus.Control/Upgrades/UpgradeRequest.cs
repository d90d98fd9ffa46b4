using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>One component's way in an upgrade.</summary>
/// <param name="Component">The component.</param>
/// <param name="Version">The version that it is to have.</param>
public sealed record UpgradeTarget(string Component, string Version);

/// <summary>Asks for an upgrade. Immutable.</summary>
public sealed record UpgradeRequest
{
    /// <summary>The components and the versions that they are to have: one, or several that belong together.</summary>
    public required IReadOnlyList<UpgradeTarget> Targets { get; init; }

    /// <summary>The strategy and what shapes it.</summary>
    public required StrategyParameters Parameters { get; init; }

    /// <summary>The names of the nodes; empty for all that have the components.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>What is done when a wave fails. Default: go back.</summary>
    public FailureAction OnFailure { get; init; } = FailureAction.RollBack;

    /// <summary>Whether someone has to approve the plan before it runs.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Who asks.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why; empty for not told.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether a person or another program asked for it, rather than the system itself.</summary>
    public bool IsManual { get; init; } = true;
}

/// <summary>One component's move, with both releases named beyond doubt.</summary>
/// <param name="Component">The component.</param>
/// <param name="From">The release that serves.</param>
/// <param name="To">The release that it is to have.</param>
public sealed record UpgradeMove(string Component, ReleaseId From, ReleaseId To);
