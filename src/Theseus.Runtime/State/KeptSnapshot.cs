using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Runtime.State;

/// <summary>What is told of a state that is kept on disk, at the head of its file. Immutable.</summary>
/// <param name="Name">Its name among those of its component.</param>
/// <param name="Component">The component.</param>
/// <param name="Release">The release whose state it is.</param>
/// <param name="Schema">The schema that it is written in.</param>
/// <param name="TakenAt">When it was handed over.</param>
/// <param name="Parts">The lengths of its parts in bytes: the state, then what was noted after it, in order.</param>
internal sealed record KeptSnapshot(string Name, string Component, ReleaseRef Release, int Schema, DateTimeOffset TakenAt, IReadOnlyList<long> Parts)
{
    public const int NewestFormat = 1;

    public int Format { get; init; } = NewestFormat;

    [JsonIgnore]
    public long Bytes => Parts.Sum();

    /// <summary>Whether a text can be a snapshot's name: it becomes a file's.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}

/// <summary>How a snapshot's head is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptSnapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
