using System.Text.Json;

namespace Theseus.Runtime.Memory;

/// <summary>
/// The records of one component's swaps: one line of JSON for each change, the last line of an id holds. Bounded: a file
/// that is full becomes the older one, in place of the one before. Not thread-safe.
/// </summary>
internal sealed class SwapHistory(string folder, string component, IMemoryFiles files, int maximumLines = 2000, long maximumBytes = 4 << 20)
{
    private readonly string _path = Path.Combine(folder, component + ".jsonl");
    private int _lines;

    private string Older => _path + ".1";

    /// <summary>Mends what a crash left: a last line that was not written whole is cut off.</summary>
    /// <param name="warn">Told in words of what could not be read.</param>
    public void Open(Action<string> warn)
    {
        if (!File.Exists(_path))
        {
            return;
        }

        var bytes = File.ReadAllBytes(_path);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (whole < bytes.Length)
        {
            files.Truncate(_path, whole);
            warn($"The last line of '{_path}' was not written whole and was cut off.");
        }

        _lines = bytes.AsSpan(0, whole).Count((byte)'\n');
        if (Lines(_path).Count(static record => record is null) is > 0 and var damaged)
        {
            warn($"{damaged} lines of '{_path}' cannot be read and are passed over.");
        }
    }

    public void Append(SwapRecord record)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(record, MemoryJson.Default.SwapRecord), (byte)'\n'];
        var isNew = !File.Exists(_path);
        if (!isNew && (_lines >= maximumLines || new FileInfo(_path).Length + line.Length > maximumBytes))
        {
            files.Rename(_path, Older);
            (_lines, isNew) = (0, true);
        }

        files.Append(_path, line);
        _lines++;
        if (isNew)
        {
            files.SyncFolder(folder);
        }
    }

    /// <summary>The newest state of every swap that is still on record, in the order in which they began.</summary>
    public IReadOnlyList<SwapRecord> Read()
    {
        var order = new List<string>();
        var records = new Dictionary<string, SwapRecord>(StringComparer.Ordinal);
        foreach (var record in Lines(Older).Concat(Lines(_path)).OfType<SwapRecord>())
        {
            if (!records.ContainsKey(record.Id))
            {
                order.Add(record.Id);
            }

            records[record.Id] = record;
        }

        return [.. order.Select(id => records[id])];
    }

    private static IEnumerable<SwapRecord?> Lines(string path) => File.Exists(path) ? File.ReadLines(path).Select(Parse) : [];

    private static SwapRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, MemoryJson.Default.SwapRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
