using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Runtime.Memory;

/// <summary>The written form of memory and history. Fields that are not known are passed over, so that a newer host's files can be read.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(ComponentMemory))]
[JsonSerializable(typeof(SwapRecord))]
internal sealed partial class MemoryJson : JsonSerializerContext;
