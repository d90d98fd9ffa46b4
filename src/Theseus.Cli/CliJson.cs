using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Theseus.Packaging;
using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli;

/// <summary>A problem, as scripts see it.</summary>
internal sealed record Problem(string Code, string Message);

/// <summary>A problem in the place of an answer.</summary>
internal sealed record ProblemAnswer(Problem Problem);

/// <summary>Why one generation has not gone.</summary>
internal sealed record WhyAnswer(int Generation, string Version, GenerationState State, string? Summary, IReadOnlyList<PinFinding> Pins);

/// <summary>Whether a package is accepted.</summary>
internal sealed record VerifyAnswer(string File, bool IsAccepted, string? Component, string? Version, string? Digest, IReadOnlyList<PackageFault> Faults);

/// <summary>What a package says of itself.</summary>
internal sealed record InspectAnswer(string File, string PackageId, string Digest, JsonElement Manifest);

/// <summary>The form of <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, NewLine = "\n", UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(HostStatus))]
[JsonSerializable(typeof(SwapAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ComponentStatus>))]
[JsonSerializable(typeof(IReadOnlyList<SwapRecord>))]
[JsonSerializable(typeof(IReadOnlyList<WhyAnswer>))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(InspectAnswer))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Writes quotation marks and letters of all languages as they are: the output is no part of a web page.</summary>
    public static CliJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = null });
}
