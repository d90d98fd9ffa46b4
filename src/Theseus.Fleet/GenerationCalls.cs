using System.Collections.Frozen;
using Theseus.Fleet.Metrics;

namespace Theseus.Fleet;

/// <summary>
/// The calls that one generation of a component took on a node, from its first on. Counts only grow from one report to the
/// next, so that what lies between two is their difference, and a lost report is made good by the next. Immutable.
/// </summary>
/// <param name="Release">The generation's release.</param>
/// <param name="Generation">Its number in its slot, from 1 at each start of the node's process.</param>
/// <param name="Methods">The methods that were called.</param>
public sealed record GenerationCalls(ReleaseId Release, int Generation, IReadOnlyList<MethodCalls> Methods);

/// <summary>The calls of one method. Immutable.</summary>
public sealed record MethodCalls
{
    /// <summary>The contract's method, with its parameter types: <c>Render(string)</c>.</summary>
    public required string Method { get; init; }

    /// <summary>How many calls were answered.</summary>
    public required long Answered { get; init; }

    /// <summary>How many calls their caller cancelled: neither answers nor failures.</summary>
    public long GivenUp { get; init; }

    /// <summary>How many calls failed, by the full name of the exception's type.</summary>
    public IReadOnlyDictionary<string, long> Failures { get; init; } = FrozenDictionary<string, long>.Empty;

    /// <summary>How long the answered calls took that were timed: all of them, or a sample.</summary>
    public LatencySketch Latency { get; init; } = LatencySketch.Empty;

    /// <summary>How many calls failed.</summary>
    public long Failed => Failures.Values.Sum();
}
