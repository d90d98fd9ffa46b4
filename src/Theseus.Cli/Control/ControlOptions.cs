using System.CommandLine;
using System.Globalization;

namespace Theseus.Cli.Control;

/// <summary>Options that several commands have.</summary>
internal static class ControlOptions
{
    private const int Most = 500;

    /// <summary>How many entries of a list.</summary>
    public static Option<int> Newest()
    {
        var newest = new Option<int>("--newest", "-n") { Description = $"How many at most, from 1 to {Most}.", DefaultValueFactory = static _ => 20, HelpName = "COUNT" };
        newest.CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Most)
            {
                return count;
            }

            result.AddError($"--newest takes a number from 1 to {Most}.");
            return 0;
        };
        return newest;
    }
}
