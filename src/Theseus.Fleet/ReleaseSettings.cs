using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Theseus.Fleet;

/// <summary>
/// The settings that a release is run with: keys as in .NET configuration (<c>Cache:Size</c>) and texts, over those of the
/// host's own configuration. Not for secrets, since they are shown and stored with upgrades.
/// </summary>
public static class ReleaseSettings
{
    /// <summary>How many there may be.</summary>
    public const int Most = 200;

    /// <summary>The longest that a key may be, in characters.</summary>
    public const int LongestKey = 200;

    /// <summary>The longest that all of them may be as JSON, in bytes.</summary>
    public const int LargestBytes = 16 << 10;

    /// <summary>Writes settings, so that the same settings give the same text.</summary>
    /// <param name="settings">Settings without faults.</param>
    /// <returns>A JSON object, its keys in ordinal order; empty for no settings.</returns>
    public static string Write(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Count == 0)
        {
            return "";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in settings.OrderBy(one => one.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <param name="text">The text; empty for no settings.</param>
    /// <exception cref="JsonException">It is no such text.</exception>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.Length == 0)
        {
            return settings;
        }

        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Settings are a JSON object of texts.");
        }

        foreach (var one in document.RootElement.EnumerateObject())
        {
            settings[one.Name] = one.Value.ValueKind == JsonValueKind.String ? one.Value.GetString()! : throw new JsonException($"The setting '{one.Name}' is no text.");
        }

        return settings;
    }

    /// <summary>All that is wrong with settings; empty when nothing is.</summary>
    /// <param name="settings">The settings.</param>
    public static IReadOnlyList<string> Faults(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = new List<string>();
        if (settings.Count > Most)
        {
            faults.Add($"There are {settings.Count} settings; {Most} are allowed.");
        }

        faults.AddRange(settings.Keys.Where(key => string.IsNullOrWhiteSpace(key) || key.Length > LongestKey).Select(key => $"A setting's key has from 1 to {LongestKey} characters; this one has not: '{(key.Length > 40 ? key[..40] + "…" : key)}'."));
        // Configuration does not tell keys apart by case.
        faults.AddRange(settings.Keys.GroupBy(key => key, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => $"The setting '{same.Key}' is given {same.Count()} times."));
        if (settings.Values.Any(value => value is null))
        {
            faults.Add("A setting without a value; leave it out instead.");
        }
        else if (faults.Count == 0 && Encoding.UTF8.GetByteCount(Write(settings)) is > LargestBytes and var bytes)
        {
            faults.Add($"The settings take {bytes} bytes as JSON; {LargestBytes} are allowed.");
        }

        return faults;
    }
}
