using System.Text.Json.Serialization;

namespace Theseus.Storage;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class StorageJson : JsonSerializerContext;
