using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

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

    /// <summary>Labels, each like <c>line=7</c>; the option refuses others. <see cref="Write"/> makes JSON of them.</summary>
    public static Option<string[]> Labels(string description)
    {
        var labels = new Option<string[]>("--label") { Description = description, HelpName = "KEY=VALUE", DefaultValueFactory = static _ => [] };
        labels.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0))
            {
                result.AddError($"A label is written like line=7; '{token.Value}' was given.");
            }
        });
        return labels;
    }

    /// <summary>Adds labels to an object, each as a member of its own.</summary>
    public static JsonObject Write(IEnumerable<string>? labels, JsonObject? into = null)
    {
        into ??= [];
        foreach (var label in labels ?? [])
        {
            into[label[..label.IndexOf('=')]] = label[(label.IndexOf('=') + 1)..];
        }

        return into;
    }
}
