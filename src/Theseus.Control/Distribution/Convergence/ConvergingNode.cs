using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>A node that was away, or joined, and is being brought to what an upgrade left. Immutable.</summary>
/// <param name="Node">The node.</param>
/// <param name="Component">The component.</param>
/// <param name="Upgrade">The upgrade that left it so.</param>
/// <param name="Has">What the node has confirmed; null for nothing yet.</param>
/// <param name="Wanted">What it is to have.</param>
/// <param name="Problem">Why it could not do it at the last try, in words; empty for nothing told.</param>
public sealed record ConvergingNode(string Node, string Component, string Upgrade, ReleaseId? Has, ReleaseId Wanted, string Problem);
