using System.Text.Json.Nodes;

namespace Theseus.Chaos.Tests;

/// <summary>What a node's own callers got, over all of its processes.</summary>
internal sealed class Journal
{
    private readonly List<JsonNode> _lines;

    private Journal(List<JsonNode> lines) => _lines = lines;

    /// <summary>Calls that were not answered as they should be.</summary>
    public IReadOnlyList<string> Faults => [.. _lines.SelectMany(line => line["faults"]!.AsArray().Select(fault => $"{line["at"]} {fault}"))];

    public long Answers => _lines.Sum(line => line["answers"]!.AsObject().Sum(one => one.Value!.GetValue<long>()));

    /// <summary>The versions of a component that answered, all the time or after a moment.</summary>
    public IReadOnlySet<string> VersionsOf(string component, DateTimeOffset? after = null) => _lines
        .Where(line => after is not { } moment || line["at"]!.GetValue<DateTimeOffset>() > moment)
        .SelectMany(line => line["answers"]!.AsObject())
        .Select(one => one.Key.Split(' '))
        .Where(one => one[0] == component)
        .Select(one => one[1])
        .ToHashSet(StringComparer.Ordinal);

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
}
