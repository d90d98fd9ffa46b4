using System.Text.Json.Serialization;

namespace Theseus.Control;

/// <summary>How tokens are stored as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccessToken))]
public sealed partial class AccessJson : JsonSerializerContext;
