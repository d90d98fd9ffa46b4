using System.Text.Json.Serialization;

namespace Theseus.Control.Distribution;

/// <summary>How tasks are written as JSON: stored and shown alike.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DistributedTask))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskPlacement))]
[JsonSerializable(typeof(IReadOnlyList<DistributedTask>))]
public sealed partial class TaskJson : JsonSerializerContext;
