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
    /// <param name="sole">The generation that takes every call, with nothing to measure, copy or choose; null when calls have to take another way.</param>
    /// <param name="measured">The generation that takes every call, each of which is counted and timed; it has a meter. Null when calls have to take another way.</param>
    /// <exception cref="ArgumentException"><paramref name="measured"/> has no meter.</exception>
    protected RoutingSnapshot(GenerationLeases? sole, GenerationLeases? measured = null)
    {
        if (measured is { Meter: null })
        {
            throw new ArgumentException("The generation has no meter.", nameof(measured));
        }

        Sole = sole;
        Measured = measured;
    }

    /// <summary>The generation that takes every call; null when calls have to take another way.</summary>
    public readonly GenerationLeases? Sole;

    /// <summary>The generation that takes every call, each of which is counted and timed; null when calls have to take another way.</summary>
    public readonly GenerationLeases? Measured;
}
