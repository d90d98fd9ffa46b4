using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;

namespace Theseus.Cli.Tests.Reference;

/// <summary>What a command takes, as a page can say it.</summary>
internal static class Shape
{
    /// <summary>All commands that do something.</summary>
    public static IEnumerable<Command> Leaves(Command root) => root.Subcommands.Count == 0 ? [root] : root.Subcommands.SelectMany(Leaves);

    public static string PathOf(Command command) =>
        string.Join(' ', command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).Select(parent => parent.Name).Append(command.Name));

    public static IEnumerable<Option> OptionsOf(Command command) => command.Options.Where(option => option is not (HelpOption or VersionOption));

    public static string[] PartsOf(Command command) =>
    [
        .. command.Arguments.Select(argument => Part("ARGUMENT", argument.Arity.MinimumNumberOfValues == 0, argument.Arity.MaximumNumberOfValues > 1)),
        .. OptionsOf(command).Select(option => Part(option.Name + (IsFlag(option) ? "" : " VALUE"), !option.Required, option.ValueType.IsArray)),
    ];

    public static string Part(string what, bool mayBeLeftOut, bool isRepeated) => (mayBeLeftOut ? $"[{what}]" : what) + (isRepeated ? "..." : "");

    /// <summary>What is taken where an option is left out; null for nothing.</summary>
    public static string? DefaultOf(Option option) =>
        option.HasDefaultValue && option.GetDefaultValue() is { } value && value is not (ICollection or "" or false) ? value.ToString() : null;

    private static bool IsFlag(Option option) => option.ValueType == typeof(bool);
}
