using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Theseus.Cli.Tests.Reference;

/// <summary>The command line's page in the reference, read as people read it.</summary>
internal sealed partial class CliPage
{
    private readonly string[] _lines;

    private CliPage(string text) => _lines = text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>What follows `theseus` in every line of what there is, an indented one with the one before.</summary>
    public IReadOnlyList<string> Synopses
    {
        get
        {
            var section = _lines.SkipWhile(line => line != "## What there is").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
            var (found, isCode) = (new List<string>(), false);
            foreach (var line in section)
            {
                if (line.StartsWith("```", StringComparison.Ordinal))
                {
                    isCode = !isCode;
                }
                else if (isCode && line.StartsWith(' '))
                {
                    found[^1] += " " + line.Trim();
                }
                else if (isCode)
                {
                    found.Add(line["theseus ".Length..]);
                }
            }

            // What [REQUEST] stands for is in a table. Its key is the synopsis's own.
            var request = string.Join(' ', Table("of the request").Skip(1).Select(row => row[0].Trim('`')).Where(one => !one.StartsWith("--key", StringComparison.Ordinal))
                .Select(one => $"[{one}]" + (one.Split(' ')[0] is "--set" or "--setting" or "--node" ? "..." : "")));
            return [.. found.Select(line => line.Replace("[REQUEST]", request, StringComparison.Ordinal))];
        }
    }

    public static CliPage Read([CallerFilePath] string here = "") => new(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "reference", "cli.md")));

    /// <summary>The rows of the table whose first heading is this, without what a cell says after a code's end.</summary>
    public IEnumerable<string[]> Table(string heading) => _lines
        .Select(line => line.Trim())
        .SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());

    /// <summary>What a line says of one command, in a form that <see cref="Shape"/> gives the command itself.</summary>
    public static IEnumerable<(string Path, string[] Parts)> Read(string synopsis, Command root)
    {
        var words = synopsis.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (commands, at) = (new List<Command> { root }, 0);
        while (at < words.Length && words[at].Split('|').Select(word => commands[0].Subcommands.FirstOrDefault(one => one.Name == word)).ToList() is var next && next.All(one => one is not null))
        {
            (commands, at) = ([.. next.Select(one => one!)], at + 1);
        }

        var parts = Parts(words[at..]).ToArray();
        return commands.Select(command => (Shape.PathOf(command), parts));
    }

    private static IEnumerable<string> Parts(string[] words)
    {
        // A bracket is around what may be left out, or around one of two.
        var text = Either().Replace(string.Join(' ', words), "[$1] [$2]").Replace(" | ", "] [", StringComparison.Ordinal);
        return Part().Matches(text).Select(part =>
        {
            var isRepeated = part.Value.Contains("...", StringComparison.Ordinal);
            var said = part.Value.Replace("...", "", StringComparison.Ordinal).Trim('[', ']').Split(' ');
            var (name, value) = said[0].StartsWith("--", StringComparison.Ordinal) ? (said[0], said.Length > 1 ? " VALUE" : "") : ("ARGUMENT", "");
            return Shape.Part(name + value, part.Value.StartsWith('['), isRepeated);
        });
    }

    [GeneratedRegex(@"(?<!\[)\b([A-Z]+\.\.\.) \| (--[a-z-]+)")]
    private static partial Regex Either();

    [GeneratedRegex(@"\[[^\]]+\](\.\.\.)?|--[a-z-]+( (?!--|\[)\S+)?|\S+")]
    private static partial Regex Part();
}
