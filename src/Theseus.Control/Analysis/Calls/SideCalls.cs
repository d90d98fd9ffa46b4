using System.Text.Json.Serialization;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>Calls of one method on one side, in one stretch of time. Immutable.</summary>
/// <param name="Failures">How many failed; not negative.</param>
/// <param name="Latency">How long those of the others took that were timed: all of them, or a sample.</param>
public sealed record SideCalls(long Failures, LatencySketch Latency)
{
    /// <summary>None.</summary>
    public static SideCalls None { get; } = new(0, LatencySketch.Empty);

    /// <summary>How many were answered and not timed; not negative.</summary>
    public long Untimed { get; init; }

    /// <summary>How many were answered.</summary>
    [JsonIgnore]
    public long Answered => checked(Latency.Count + Untimed);

    /// <summary>How many there were.</summary>
    [JsonIgnore]
    public long Calls => checked(Failures + Answered);

    /// <summary>Both.</summary>
    /// <param name="other">The other.</param>
    /// <exception cref="OverflowException">There are more than can be counted.</exception>
    public SideCalls And(SideCalls other) => new(checked(Failures + other.Failures), Latency.Merge(other.Latency)) { Untimed = checked(Untimed + other.Untimed) };
}
