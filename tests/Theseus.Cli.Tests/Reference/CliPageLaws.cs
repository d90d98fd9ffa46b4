using System.CommandLine;
using Spectre.Console;

namespace Theseus.Cli.Tests.Reference;

/// <summary>What the reference says that there is, there is; and what there is, it says.</summary>
public sealed class CliPageLaws
{
    private static readonly CliPage s_page = CliPage.Read();
    private static readonly RootCommand s_root = new TheseusCommand(new(AnsiConsole.Console, AnsiConsole.Console, _ => null, TimeProvider.System)).Root;

    [Fact]
    public void EveryCommandIsOnThePageWithItsArgumentsAndOptionsAndNothingElseIs()
    {
        var page = s_page.Synopses.SelectMany(line => CliPage.Read(line, s_root)).GroupBy(one => one.Path).SelectMany(lines => Merge(lines.Key, [.. lines.Select(one => one.Parts)]));
        var tree = Shape.Leaves(s_root).SelectMany(command => Merge(Shape.PathOf(command), [Shape.PartsOf(command)]));

        Assert.Equal(string.Join('\n', tree.Order(StringComparer.Ordinal)), string.Join('\n', page.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void EveryOptionOfAllCommandsIsOnThePageAndNothingElseIs() => Assert.Equal(
        Shape.OptionsOf(s_root).Select(option => option.Name).Order(),
        s_page.Table("option").Select(row => row[0].Trim('`').Split(' ')[0]).Order());

    [Fact]
    public void WhatIsTakenWhereAnOptionIsLeftOutIsWhatThePageSays() => Assert.Equal(
        Shape.Leaves(s_root).SelectMany(Shape.OptionsOf).Select(option => (option.Name, Default: Shape.DefaultOf(option))).Where(one => one.Default is not null).Distinct().Select(one => $"{one.Name} {one.Default}").Order(),
        s_page.Table("left out").Select(row => $"{row[0].Trim('`')} {row[1].Trim('`')}").Order());

    [Fact]
    public void TheChoicesOfAnOptionAreThoseOnThePage()
    {
        var lines = string.Join('\n', s_page.Synopses);
        var chosen = Shape.Leaves(s_root).SelectMany(Shape.OptionsOf).Select(option => (option.Name, Type: Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType)).Where(one => one.Type.IsEnum).Distinct().ToList();

        Assert.NotEmpty(chosen);
        Assert.All(chosen, one => Assert.True(
            lines.Contains($"{one.Name} {string.Join('|', Enum.GetNames(one.Type))}", StringComparison.OrdinalIgnoreCase)
                || (lines.Contains($"{one.Name} NAME", StringComparison.Ordinal) && Enum.GetNames(one.Type).All(name => s_page.Table("of the request").Single(row => row[0].StartsWith($"`{one.Name} ", StringComparison.Ordinal))[1].Contains($"`{name}`", StringComparison.Ordinal))),
            $"{one.Name} takes {string.Join('|', Enum.GetNames(one.Type))}"));
    }

    /// <summary>One command's lines. What one of them does without may be left out.</summary>
    private static IEnumerable<string> Merge(string path, string[][] lines)
    {
        var parts = lines.SelectMany(line => line).Distinct().Select(part => lines.All(line => line.Contains(part)) || part.StartsWith('[') ? part : $"[{part}]").Distinct();
        return parts.Select(part => $"{path}: {part}").Append(path);
    }
}
