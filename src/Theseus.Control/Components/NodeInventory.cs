using NuGet.Versioning;

namespace Theseus.Control;

/// <summary>What one node says of one component. Immutable.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Component">The component's name.</param>
/// <param name="Contract">The contract of its slot there, with the version of its assembly that the host has.</param>
/// <param name="Version">The version that serves there; null for none.</param>
public sealed record NodeInventory(string Node, string Component, ComponentContract Contract, NuGetVersion? Version);
