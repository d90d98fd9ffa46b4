using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Theseus.RabbitMq;
using Theseus.Runtime;

namespace Theseus.Docs.Tests;

/// <summary>The page on configuration has every key that there is, and the default that it has in truth.</summary>
public sealed partial class ConfigurationPageLaws
{
    [Fact]
    public void EveryKeyIsThereWithItsDefaultAndNoOther()
    {
        var told = Row().Matches(Repository.Read("docs/reference/configuration.md"))
            .Select(row => $"{row.Groups["key"].Value} = {row.Groups["default"].Value.Trim('`')}");

        var real = Keys(new TheseusOptions(), "").Concat(Keys(new NodeOptions(), "")).Concat(Keys(new ComponentOptions(), "")).Concat(Keys(new RabbitOptions { Tls = new() }, ""));

        Assert.Equal(real.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Keys(object options, string prefix) =>
        from property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
        let value = property.GetValue(options)
        from key in type switch
        {
            // What only code can set.
            _ when typeof(Delegate).IsAssignableFrom(type) || type == typeof(IProgress<SwapProgress>) => [],
            _ when type.IsClass && (type.Namespace == typeof(TheseusOptions).Namespace || type.Namespace == typeof(RabbitOptions).Namespace) => Keys(value!, $"{prefix}{property.Name}:"),
            _ => (string[])[$"{prefix}{property.Name} = {Text(value)}"],
        }
        select key;

    private static string Text(object? value) => value switch
    {
        null or "" or ICollection { Count: 0 } => "none",
        // What each machine has of its own.
        string name when name == Environment.MachineName => "the machine's name",
        long memory when memory == new NodeOptions().MemoryBytes => "what the process may have",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\| `(?<key>[\w:]+)` \| (?<default>`[^`]+`|none|the machine's name|what the process may have) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
