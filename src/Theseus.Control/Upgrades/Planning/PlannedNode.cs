namespace Theseus.Control.Upgrades;

/// <summary>A node, as the planner sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FailureDomain">Where it stands; empty for not told.</param>
public sealed record PlannedNode(string Name, string FailureDomain);
