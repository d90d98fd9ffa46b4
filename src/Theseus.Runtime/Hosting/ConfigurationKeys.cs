using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Theseus.Runtime.Hosting;

/// <summary>
/// Looks for keys in the host's section of configuration that nothing reads: a misspelt one would leave a default in
/// force that nobody wants.
/// </summary>
internal static class ConfigurationKeys
{
    /// <summary>The part of a component's section that is its own.</summary>
    public const string Settings = "Settings";

    private const string Components = "Components";
    private const string Node = "Node";

    /// <summary>The fleet's channel reads this one, and looks for what is wrong in it.</summary>
    private const string Channel = "RabbitMq";

    /// <summary>Says of each key that does not exist where it stands, and which one may be meant.</summary>
    /// <param name="section">The host's section.</param>
    /// <param name="components">The names of the host's components.</param>
    public static IEnumerable<string> Faults(IConfigurationSection section, IReadOnlyList<string> components)
    {
        var all = section.GetSection(Components);
        return Unknown(section, typeof(TheseusOptions), Components, Node, Channel)
            .Concat(Unknown(section.GetSection(Node), typeof(NodeOptions)))
            .Concat(Unknown(all, components, "component of this host"))
            .Concat(components.SelectMany(name => Unknown(all.GetSection(name), typeof(ComponentOptions), Settings)));
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section, Type options, params string[] alsoKnown)
    {
        var known = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsRead).ToList();
        return Unknown(section, [.. known.Select(property => property.Name), .. alsoKnown], "key").Concat(known
            .Where(property => property.PropertyType.Namespace == options.Namespace && property.PropertyType.IsClass)
            .SelectMany(property => Unknown(section.GetSection(property.Name), property.PropertyType)));
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section, IReadOnlyList<string> known, string what) =>
        from child in section.GetChildren()
        where !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        select $"{child.Path} is not a {what}; {Proposal(child.Key, known)}.";

    private static string Proposal(string key, IReadOnlyList<string> known)
    {
        if (known.Count == 0)
        {
            return "there is none";
        }

        var nearest = known.MinBy(name => Distance(key, name))!;
        return Distance(key, nearest) <= Math.Max(2, nearest.Length / 2)
            ? $"'{nearest}' may be meant"
            : $"there are: {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    // What only code can set is not read from configuration.
    private static bool IsRead(PropertyInfo property) =>
        !typeof(Delegate).IsAssignableFrom(property.PropertyType) && property.PropertyType != typeof(IProgress<SwapProgress>);

    /// <summary>How many letters have to be put in, left out, changed or swapped with their neighbour to make one name of the other.</summary>
    private static int Distance(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                var changed = Same(from[i - 1], to[j - 1]) ? 0 : 1;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + changed);
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[from.Length, to.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
