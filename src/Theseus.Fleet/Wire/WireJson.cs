using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Fleet.Wire;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(NodeTask))]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(AssignmentBatch))]
[JsonSerializable(typeof(AssignmentAnswers))]
internal sealed partial class WireJson : JsonSerializerContext
{
    // Nothing of it is shown in a page as it is, and what is no ASCII takes half the room so.
    public static WireJson Compact => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
