using System.Text.Json;
using System.Text.Json.Serialization;
using NuGet.Versioning;

namespace Theseus.Control;

/// <summary>How components are written as JSON: stored, sent and shown alike.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(VersionJson), typeof(RangeJson)])]
[JsonSerializable(typeof(ComponentDescriptor))]
[JsonSerializable(typeof(LifecycleChange))]
[JsonSerializable(typeof(IReadOnlyList<ComponentDescriptor>))]
[JsonSerializable(typeof(IReadOnlyList<LifecycleChange>))]
public sealed partial class ComponentJson : JsonSerializerContext;

/// <summary>A version is written normalised.</summary>
internal sealed class VersionJson : JsonConverter<NuGetVersion>
{
    public override NuGetVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        NuGetVersion.TryParse(reader.GetString(), out var version) ? version : throw new JsonException("A version is written like 1.2.0.");

    public override void Write(Utf8JsonWriter writer, NuGetVersion value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToNormalizedString());
}

/// <summary>A range is written normalised.</summary>
internal sealed class RangeJson : JsonConverter<VersionRange>
{
    public override VersionRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        VersionRange.TryParse(reader.GetString() ?? "", out var range) ? range : throw new JsonException("A range is written like [1.2.0,2.0.0).");

    public override void Write(Utf8JsonWriter writer, VersionRange value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToNormalizedString());
}
