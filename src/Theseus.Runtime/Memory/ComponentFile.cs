using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Theseus.Runtime.Memory;

/// <summary>
/// The file of one component, replaced as a whole, with a checksum inside. Beside it stands a copy that is written
/// whenever the confirmed release changes, and used when the file is damaged.
/// </summary>
internal sealed class ComponentFile(string folder, string component, IMemoryFiles files)
{
    private const int Format = 1;
    private const string Extension = ".json";

    private readonly string _path = Path.Combine(folder, component + Extension);

    /// <summary>Where the file lies.</summary>
    public string Location => _path;

    private string Copy => _path + ".bak";

    /// <summary>The components that have a file or a copy in a folder.</summary>
    public static IReadOnlyList<string> ComponentsIn(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*" + Extension + "*")
            .Select(static path => Path.GetFileName(path))
            .Select(static name => name.EndsWith(Extension + ".bak", StringComparison.Ordinal) ? name[..^4] : name)
            .Where(static name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(static name => name[..^Extension.Length])
            .Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads what is remembered; null when nothing is.</summary>
    /// <param name="warn">Told in words when the copy had to be used.</param>
    /// <exception cref="HostMemoryException">Neither the file nor its copy can be used.</exception>
    public ComponentMemory? Read(Action<string> warn)
    {
        // Whatever bears the name, if only a folder: what is there and cannot be read is not the same as nothing.
        if (!Path.Exists(_path) && !Path.Exists(Copy))
        {
            return null;
        }

        var (memory, fault) = ReadFile(_path);
        if (memory is not null)
        {
            return memory;
        }

        var (copy, copyFault) = ReadFile(Copy);
        if (copy is null)
        {
            throw new HostMemoryException(_path, $"What is remembered of component '{component}' cannot be read: file '{_path}' {fault}, and its copy '{Copy}' {copyFault}. Put a good copy back, or delete both to let the host begin with the release that it is configured with.");
        }

        warn($"File '{_path}' {fault}. Its copy of when {copy.Confirmed?.Version ?? "no release"} was confirmed is used instead.");
        return copy;
    }

    /// <summary>Whether a restart would find just this.</summary>
    public bool Says(ComponentMemory memory) => Path.Exists(_path)
        ? ReadFile(_path).Memory == memory
        : memory is { Confirmed: null, Previous: null, Pending: null } && !Path.Exists(Copy);

    public void Write(ComponentMemory memory)
    {
        var isNew = ReadFile(Copy).Memory is not { } copy || copy.Confirmed != memory.Confirmed || copy.Previous != memory.Previous;
        Replace(_path, memory);
        if (isNew)
        {
            Replace(Copy, memory with { Pending = null });
        }
    }

    private void Replace(string path, ComponentMemory memory)
    {
        files.Write(path + ".tmp", Serialize(memory));
        files.Rename(path + ".tmp", path);
        files.SyncFolder(folder);
    }

    private static byte[] Serialize(ComponentMemory memory)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(memory, MemoryJson.Default.ComponentMemory);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format", Format);
            writer.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(content)));
            writer.WritePropertyName("memory");
            writer.WriteRawValue(content);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private (ComponentMemory? Memory, string Fault) ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("format").GetInt32() > Format)
            {
                return (null, "was written by a newer host");
            }

            var content = root.GetProperty("memory").GetRawText();
            if (root.GetProperty("sha256").GetString() != Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))))
            {
                return (null, "is damaged: its checksum does not fit");
            }

            var memory = JsonSerializer.Deserialize(content, MemoryJson.Default.ComponentMemory);
            return memory?.Component == component ? (memory, "") : (null, "is not this component's");
        }
        catch (FileNotFoundException)
        {
            return (null, "is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return (null, $"is damaged: {e.Message}");
        }
    }
}
