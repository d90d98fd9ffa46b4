using System.Text.Json.Serialization;

namespace Theseus.Control.Distribution;

/// <summary>What is kept of a node: who has its name, and what operators want of it. Immutable.</summary>
public sealed record NodeRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was declared, or joined without having been.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>When a process first had its name; null while none has.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>Counts the processes that had its name; 0 before the first.</summary>
    public long Claim { get; init; }

    /// <summary>The process that has its name; empty before the first.</summary>
    public string Incarnation { get; init; } = "";

    /// <summary>Where it stands, as told last; empty for not told.</summary>
    public string FailureDomain { get; init; } = "";

    /// <summary>What it is, as told last.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether nothing new may be begun on it.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Whether it was removed. A process that starts under its name afterwards makes it a node again.</summary>
    public bool IsRemoved { get; init; }
}

/// <summary>What a process that goes by a node's name is to be told.</summary>
public enum NodeClaimOutcome
{
    /// <summary>The name is its own.</summary>
    Has,

    /// <summary>It may have the name once it has shown that it is alive.</summary>
    Offered,

    /// <summary>It had the name, and another process has it now, or the node was removed. It never gets it again.</summary>
    Lost,
}

/// <summary>What came of a process's claim to a name.</summary>
/// <param name="Node">The node as it is now.</param>
/// <param name="Outcome">What the process is to be told.</param>
/// <param name="Offer">For <see cref="NodeClaimOutcome.Offered"/>: the claim to report with.</param>
public sealed record NodeClaim(NodeRecord Node, NodeClaimOutcome Outcome, long Offer = 0);

/// <summary>How nodes are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(NodeRecord))]
public sealed partial class NodeJson : JsonSerializerContext;
