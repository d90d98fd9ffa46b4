using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Theseus.Packaging;

/// <summary>Writes and reads <c>theseus.json</c>. The members are described in <c>docs/reference/packaging.md</c>.</summary>
public static class ManifestJson
{
    private static readonly JsonWriterOptions options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a manifest. Equal manifests give equal bytes.</summary>
    /// <param name="manifest">The manifest.</param>
    public static byte[] Write(ReleaseManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
            WriteManifest(json, manifest);
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads a manifest, strictly: a missing, unknown, doubled or invalid member is a fault, and all faults are told.</summary>
    /// <param name="utf8">The manifest's bytes.</param>
    public static ManifestReading Read(ReadOnlyMemory<byte> utf8) => ManifestReader.Read(utf8);

    /// <summary>A release's digest: the SHA-256 of its manifest's bytes, as 64 lower-case hexadecimal digits.</summary>
    /// <param name="utf8">The manifest's bytes.</param>
    public static string Digest(ReadOnlySpan<byte> utf8) => Convert.ToHexStringLower(SHA256.HashData(utf8));

    private static void WriteManifest(Utf8JsonWriter json, ReleaseManifest manifest)
    {
        json.WriteStartObject();
        json.WriteNumber("format", manifest.Format);
        json.WriteString("component", manifest.Component);
        json.WriteString("version", manifest.Version.ToFullString());
        json.WriteString("targetFramework", manifest.TargetFramework);
        json.WriteStartObject("contract");
        json.WriteString("type", manifest.Contract.Type);
        json.WriteString("assembly", manifest.Contract.Assembly);
        json.WriteString("version", manifest.Contract.Version.ToFullString());
        json.WriteString("range", manifest.Contract.Range.ToNormalizedString());
        json.WriteEndObject();
        json.WriteStartObject("entry");
        json.WriteString("assembly", manifest.Entry.Assembly);
        json.WriteString("type", manifest.Entry.Type);
        json.WriteEndObject();
        WriteState(json, manifest.State);
        if (manifest.UpgradesFrom is { } range)
            json.WriteString("upgradesFrom", range.ToNormalizedString());
        json.WriteStartArray("dependencies");
        foreach (var dependency in manifest.Dependencies)
        {
            json.WriteStartObject();
            json.WriteString("component", dependency.Component);
            json.WriteString("range", dependency.Range.ToNormalizedString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("resources");
        json.WriteNumber("memoryMebibytes", manifest.Resources.MemoryMebibytes);
        json.WriteNumber("millicores", manifest.Resources.Millicores);
        json.WriteEndObject();
        WriteFiles(json, manifest);
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, StateDeclaration state)
    {
        json.WriteStartObject("state");
        json.WriteString("kind", KindName(state.Kind));
        json.WriteNumber("schema", state.Schema);
        if (state.SharedType is not null)
            json.WriteString("sharedType", state.SharedType);
        json.WriteStartArray("migrations");
        foreach (var migration in state.Migrations)
        {
            json.WriteStartObject();
            json.WriteNumber("from", migration.From);
            json.WriteNumber("to", migration.To);
            json.WriteBoolean("reversible", migration.IsReversible);
            json.WriteBoolean("changes", migration.MigratesChanges);
            json.WriteString("type", migration.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFiles(Utf8JsonWriter json, ReleaseManifest manifest)
    {
        json.WriteStartArray("sharedAssemblies");
        foreach (var assembly in manifest.SharedAssemblies)
        {
            json.WriteStartObject();
            json.WriteString("name", assembly.Name);
            json.WriteString("version", assembly.Version.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in manifest.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static string KindName(StateKind kind) => kind switch
    {
        StateKind.None => "none",
        StateKind.Shared => "shared",
        StateKind.Transferred => "transferred",
        StateKind.CaughtUp => "caughtUp",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
