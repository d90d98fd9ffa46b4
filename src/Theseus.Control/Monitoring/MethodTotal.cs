using Theseus.Fleet.Metrics;

namespace Theseus.Control.Monitoring;

/// <summary>The calls of one method of one release of a component, over all nodes. Immutable.</summary>
/// <param name="Component">The component.</param>
/// <param name="Version">The release's version.</param>
/// <param name="Method">The method, with its parameter types.</param>
/// <param name="Answered">How many calls were answered.</param>
/// <param name="Failed">How many failed, or were given up by their caller.</param>
/// <param name="Latency">How long answered calls took, of those that were timed.</param>
public sealed record MethodTotal(string Component, string Version, string Method, long Answered, long Failed, LatencySketch Latency);
