using System.Text.Json.Serialization;

namespace Theseus.Control.Analysis;

/// <summary>What a piece of evidence is for.</summary>
public enum EvidenceKind
{
    /// <summary>What the stable release's calls were like before the candidate got any: to know what is usual, and which nodes differ anyway.</summary>
    Before,

    /// <summary>The calls of both sides in one stretch of time, beside each other.</summary>
    Beside,
}

/// <summary>Calls of a wave's two sides, as they were taken in. What a judgement rests on is these, in their order, and nothing else. Immutable.</summary>
public sealed record CallEvidence
{
    /// <summary>What it is for.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>The wave, from 0.</summary>
    public required int Wave { get; init; }

    /// <summary>The component.</summary>
    public required string Component { get; init; }

    /// <summary>Until when the calls were gathered.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The calls, by method: of those that were called.</summary>
    public required IReadOnlyDictionary<string, BothSides> Methods { get; init; }

    /// <summary>What was seen of the metrics that waves are judged by, by name; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, SeenMetric>? Metrics { get; init; }
}

/// <summary>The calls of one method on both sides. Immutable.</summary>
/// <param name="Candidate">On the candidate; in what is from before, on the nodes that are going to have it.</param>
/// <param name="Baseline">On the baseline.</param>
public sealed record BothSides(SideCalls Candidate, SideCalls Baseline)
{
    /// <summary>None.</summary>
    public static BothSides None { get; } = new(SideCalls.None, SideCalls.None);

    /// <summary>Both.</summary>
    /// <param name="other">The other.</param>
    /// <exception cref="OverflowException">There are more than can be counted.</exception>
    public BothSides And(BothSides other) => new(Candidate.And(other.Candidate), Baseline.And(other.Baseline));
}

/// <summary>How evidence is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallEvidence))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
