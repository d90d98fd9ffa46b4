using System.Text.Json.Serialization;

namespace Theseus.Runtime;

/// <summary>Names one release of a component so that no other can be meant.</summary>
/// <param name="Version">Its version: <c>1.4.0</c>.</param>
/// <param name="Digest">The SHA-256 digest of its manifest: 64 lower-case hexadecimal digits; empty on the record of a refusal, of a release that was not accepted.</param>
public sealed record ReleaseRef(string Version, string Digest)
{
    /// <summary>The settings that it is run with, over those of the host's own configuration: a JSON object of texts, its keys in ordinal order; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Settings { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Version;
}
