using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Runtime.Operating;

/// <summary>What can be asked.</summary>
internal enum OperatorVerb
{
    Status,
    Stage,
    Swap,
    Rollback,
    Confirm,
    Why,
    History,
}

/// <summary>One request: a line of JSON.</summary>
internal sealed record OperatorRequest(int Version, OperatorVerb Verb)
{
    /// <summary>The version of the conversation that this code speaks.</summary>
    public const int CurrentVersion = 1;

    public string? Component { get; init; }

    public string? Release { get; init; }

    public TrialChanges? Trial { get; init; }

    public int? Generation { get; init; }

    public bool WalkHeap { get; init; }

    public int? Newest { get; init; }
}

/// <summary>One response: a line of JSON, with a problem or with what was asked for.</summary>
internal sealed record OperatorResponse
{
    public int Version { get; init; } = OperatorRequest.CurrentVersion;

    public OperatorProblem? Problem { get; init; }

    public HostStatus? Status { get; init; }

    public SwapAnswer? Swap { get; init; }

    public IReadOnlyList<PinFinding>? Pins { get; init; }

    public IReadOnlyList<SwapRecord>? History { get; init; }

    public static OperatorResponse Refused(OperatorProblemCode code, string message) => new() { Problem = new(code, message) };
}

/// <summary>Why a request was not answered.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Message">The same in words, with what to do.</param>
internal sealed record OperatorProblem(OperatorProblemCode Code, string Message);

/// <summary>Where a host's endpoint is: the file <c>operator.json</c> in its data folder.</summary>
internal sealed record OperatorAddress(int Version, string Pipe, int ProcessId, DateTimeOffset StartedAt)
{
    public const string FileName = "operator.json";
}

/// <summary>The written form of requests. What is missing is a fault, since it comes from outside; and so is what is not known, which would be asked for in vain.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OperatorRequest))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>The written form of answers. What is null is left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OperatorResponse))]
[JsonSerializable(typeof(OperatorAddress))]
internal sealed partial class OperatorJson : JsonSerializerContext;
