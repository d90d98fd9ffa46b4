using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>
/// Where a slot's calls go, at one moment: immutable, published through one field. Made anew for every change; a
/// snapshot that was replaced is never published again.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class RoutingSnapshot
{
    /// <summary>Makes a snapshot.</summary>
    /// <param name="sole">The generation that takes every call, with nothing to measure, copy or choose; null when calls have to take the routed way.</param>
    protected RoutingSnapshot(GenerationLeases? sole) => Sole = sole;

    /// <summary>The generation that takes every call; null when calls have to take the routed way.</summary>
    public readonly GenerationLeases? Sole;
}
