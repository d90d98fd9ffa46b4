using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Theseus.RabbitMq;

/// <summary>Reads <see cref="RabbitOptions"/> from configuration. Thread-safe.</summary>
public static class RabbitConfiguration
{
    /// <summary>The section that a host's configuration has for the fleet's channel.</summary>
    public const string Section = "Theseus:RabbitMq";

    private const string Tls = nameof(RabbitOptions.Tls);

    /// <summary>
    /// Reads a section whose keys are the names of <see cref="RabbitOptions"/>'s properties. TLS is asked for by a section
    /// <c>Tls</c>, or by <c>true</c> in its place. Whether the options can be used is not looked at: see <see cref="RabbitOptions.Validate"/>.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <exception cref="ArgumentException">A key is none, or a value cannot be read; the message has all of them, and no value.</exception>
    public static RabbitOptions Read(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var place = section is IConfigurationSection named ? $"{named.Path}:" : "";
        var (options, faults) = (new RabbitOptions(), new List<string>());
        foreach (var child in section.GetChildren())
        {
            if (!string.Equals(child.Key, Tls, StringComparison.OrdinalIgnoreCase))
            {
                Set(options, child, place, faults);
            }
            else if (child.GetChildren().Any() || child.Value is null or "" || (bool.TryParse(child.Value, out var wanted) && wanted))
            {
                options.Tls = new RabbitTlsOptions();
                foreach (var grandchild in child.GetChildren())
                {
                    Set(options.Tls, grandchild, $"{place}{Tls}:", faults);
                }
            }
            else if (!bool.TryParse(child.Value, out _))
            {
                faults.Add($"{place}{Tls} is a section with the options of TLS, or true, or false.");
            }
        }

        return faults.Count == 0 ? options : throw new ArgumentException(string.Join(" ", faults));
    }

    private static void Set(object options, IConfigurationSection child, string place, List<string> faults)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(one => one.CanWrite).ToList();
        if (properties.FirstOrDefault(one => string.Equals(one.Name, child.Key, StringComparison.OrdinalIgnoreCase)) is not { } property)
        {
            faults.Add($"{place}{child.Key} is not a key; there are: {string.Join(", ", properties.Select(one => one.Name).Order(StringComparer.Ordinal))}.");
            return;
        }

        try
        {
            if (ConfigurationBinder.Get(child, property.PropertyType) is { } value)
            {
                property.SetValue(options, value);
            }
        }
        catch (InvalidOperationException)
        {
            // Without the value, which could be a password that stands in the wrong place.
            faults.Add($"{place}{property.Name} cannot be read; it is {(property.PropertyType == typeof(TimeSpan) ? "a time, like 00:00:10" : property.PropertyType == typeof(bool) ? "true or false" : "a whole number")}.");
        }
    }
}
