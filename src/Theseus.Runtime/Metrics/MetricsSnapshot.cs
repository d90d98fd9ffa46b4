using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Runtime;

/// <summary>
/// What was counted on a host from when it started up to one moment. Immutable. Counts only grow from one snapshot to the
/// next, for as long as a generation is in them.
/// </summary>
/// <param name="TakenAt">When.</param>
/// <param name="Generations">The generations that were called, or whose instruments were measured, while somebody looked, by component and number. Of those that have gone the newest few are there.</param>
/// <param name="Process">What the process is like, and has used.</param>
public sealed record MetricsSnapshot(DateTimeOffset TakenAt, IReadOnlyList<GenerationMetrics> Generations, ProcessMetrics Process);

/// <summary>What was counted of one generation. Immutable.</summary>
/// <param name="Component">The component.</param>
/// <param name="Version">The release's version.</param>
/// <param name="Digest">The release's digest.</param>
/// <param name="Generation">The generation's number in its slot, from 1 at each start of the host.</param>
/// <param name="Methods">The methods that were called.</param>
public sealed record GenerationMetrics(string Component, string Version, string Digest, int Generation, IReadOnlyList<MethodMetrics> Methods)
{
    /// <summary>The settings that the generation is run with, as in <see cref="ReleaseRef.Settings"/>; null for none.</summary>
    public string? Settings { get; init; }

    /// <summary>What the instruments of its own code came to; none where it has none. Those that are observed are as at the reading before.</summary>
    public IReadOnlyList<InstrumentReading> Instruments { get; init; } = [];
}

/// <summary>What was counted of the calls of one method on one generation. Immutable.</summary>
public sealed record MethodMetrics
{
    /// <summary>The name under which the failures of all further kinds are counted.</summary>
    public const string OtherFailures = "other";

    /// <summary>The contract's method, with its parameter types: <c>Render(string)</c>.</summary>
    public required string Method { get; init; }

    /// <summary>How many calls were answered. Exact, also where only some are timed.</summary>
    public required long Answered { get; init; }

    /// <summary>How many calls their caller cancelled: neither answers nor failures, and not timed.</summary>
    public required long GivenUp { get; init; }

    /// <summary>
    /// How many calls failed, by the full name of the exception's type; after sixteen kinds all others under
    /// <see cref="OtherFailures"/>. Exact. A call that failed on a generation on trial is there also when the stable
    /// generation then answered it.
    /// </summary>
    public required IReadOnlyDictionary<string, long> FailuresByKind { get; init; }

    /// <summary>
    /// How long the answered calls took that were timed. Failed ones are not in it: a version must not look quick because
    /// it fails at once.
    /// </summary>
    public required LatencySketch Latency { get; init; }

    /// <summary>How many calls failed.</summary>
    public long Failed => FailuresByKind.Values.Sum();

    /// <summary>How many calls there were.</summary>
    public long Calls => Answered + GivenUp + Failed;
}
