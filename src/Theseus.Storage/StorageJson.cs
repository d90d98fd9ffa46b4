using System.Text.Json.Serialization;

namespace Theseus.Storage;

[JsonSerializable(typeof(string))]
internal sealed partial class StorageJson : JsonSerializerContext;
