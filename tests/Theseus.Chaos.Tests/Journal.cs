using System.Text.Json.Nodes;

namespace Theseus.Chaos.Tests;

/// <summary>What a node's own callers got, over all of its processes.</summary>
internal sealed class Journal
{
    private readonly List<JsonNode> _lines;

    private Journal(List<JsonNode> lines) => _lines = lines;

    /// <summary>Calls that were not answered as they should be.</summary>
    public IReadOnlyList<string> Faults => [.. _lines.SelectMany(line => line["faults"]!.AsArray().Select(fault => $"{line["at"]} {fault}"))];

    public IReadOnlySet<string> Versions => _lines.SelectMany(VersionsOf).ToHashSet(StringComparer.Ordinal);

    public long Answers => _lines.Sum(line => line["answers"]!.AsObject().Sum(one => one.Value!.GetValue<long>()));

    /// <summary>The versions that answered after a moment.</summary>
    public IReadOnlySet<string> After(DateTimeOffset moment) =>
        _lines.Where(line => line["at"]!.GetValue<DateTimeOffset>() > moment).SelectMany(VersionsOf).ToHashSet(StringComparer.Ordinal);

    public static Journal Read(string file)
    {
        var lines = new List<JsonNode>();
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            // The last line of a process that was killed may be a part of one, with the next process's first behind it.
            var start = line.LastIndexOf("{\"process\"", StringComparison.Ordinal);
            if (start >= 0 && line.EndsWith('}'))
            {
                lines.Add(JsonNode.Parse(line[start..])!);
            }
        }

        return new Journal(lines);
    }

    private static IEnumerable<string> VersionsOf(JsonNode line) => line["answers"]!.AsObject().Select(one => one.Key);
}
