using System.Text.Json.Serialization;

namespace Theseus.HeapWalk;

/// <summary>What was found: printed as JSON on one line.</summary>
/// <param name="Findings">What holds the generation, one for each way to it.</param>
/// <param name="Objects">How many objects were looked at.</param>
/// <param name="Problem">Why nothing could be found out; null if it could.</param>
internal sealed record WalkResult(IReadOnlyList<WalkFinding> Findings, int Objects, string? Problem)
{
    public static WalkResult Failed(string problem) => new([], 0, problem);
}

/// <summary>One holder.</summary>
/// <param name="Kind">A name of the runtime's <c>PinKind</c>.</param>
/// <param name="Description">The way from the root to the generation, in words.</param>
internal sealed record WalkFinding(string Kind, string Description);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WalkResult))]
internal sealed partial class WalkJson : JsonSerializerContext;
