using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>Calls of one method on one side, in one stretch of time. Immutable.</summary>
/// <param name="Failures">How many failed; not negative.</param>
/// <param name="Answered">How long the others took.</param>
internal sealed record SideCalls(long Failures, LatencySketch Answered)
{
    /// <summary>None.</summary>
    public static SideCalls None { get; } = new(0, LatencySketch.Empty);

    /// <summary>How many there were.</summary>
    public long Calls => checked(Failures + Answered.Count);

    /// <summary>Both.</summary>
    public SideCalls And(SideCalls other) => new(checked(Failures + other.Failures), Answered.Merge(other.Answered));
}
