using System.Text.RegularExpressions;

namespace Theseus.Docs.Tests.Walking;

/// <summary>
/// Reads what a page tells its reader to do: a line '`path`:' and a block is a file; 'in `path`, write `new` instead of
/// `old`' a change; a block 'sh' commands, with a block 'text' straight after it for what they print. A line that has
/// 'until' before a block of commands tells to repeat them.
/// </summary>
internal static partial class Page
{
    public static IReadOnlyList<Step> Read(string path)
    {
        var text = Repository.Read(path).ReplaceLineEndings("\n");
        Step[] steps =
        [
            .. Matches(text, FileBlock(), (line, groups) => new WriteStep(line, groups["path"].Value, groups["body"].Value))
                .Concat(Matches(text, Edit(), (line, groups) => new EditStep(line, groups["path"].Value, groups["new"].Value, groups["old"].Value)))
                .Concat(Matches(text, Commands(), (line, groups) => new RunStep(
                    line,
                    [.. groups["body"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)],
                    groups["text"].Success ? groups["text"].Value : null,
                    groups["before"].Value.Contains(" until ", StringComparison.Ordinal))))
                .OrderBy(one => one.At)
                .Select(one => one.Step),
        ];
        // A block that was read as something else would never be tried.
        Assert.Equal(Fence().Count(text), steps.Count(step => step is RunStep or WriteStep));
        return steps;
    }

    private static IEnumerable<(int At, Step Step)> Matches(string text, Regex pattern, Func<int, GroupCollection, Step> make) =>
        from match in pattern.Matches(text)
        // The line before a block may itself tell to change something first.
        let at = match.Groups["body"] is { Success: true } body ? body.Index : match.Index
        select (at, make(text.AsSpan(0, at).Count('\n') + 1, match.Groups));

    [GeneratedRegex("^```(sh|csharp|xml|json)$", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^`(?<path>[^`\n]+)`:\n```\w+\n(?<body>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FileBlock();

    [GeneratedRegex(@"[Ii]n `(?<path>[^`\n]+)`, write `(?<new>[^`\n]+)` instead of `(?<old>[^`\n]+)`")]
    private static partial Regex Edit();

    [GeneratedRegex(@"(?<=^(?<before>[^\n]*)\n\n)```sh\n(?<body>.*?)^```\n(?:```text\n(?<text>.*?)^```$)?", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Commands();
}
