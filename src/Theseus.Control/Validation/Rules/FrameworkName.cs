using System.Globalization;

namespace Theseus.Control.Validation;

/// <summary>A framework in its short form: <c>net10.0</c>, <c>net10.0-windows</c>.</summary>
internal readonly record struct FrameworkName(Version Version, string? Platform)
{
    /// <summary>False for .NET Framework too, whose names have no dot (<c>net48</c>).</summary>
    public static bool TryParse(string text, out FrameworkName name)
    {
        name = default;
        var parts = text.Split('-', 2);
        if (!parts[0].StartsWith("net", StringComparison.Ordinal) || parts[0][3..].Split('.') is not [var major, var minor]
            || !int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var high) || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var low) || high < 5)
            return false;
        name = new(new(high, low), parts.Length > 1 ? parts[1] : null);
        return true;
    }

    /// <summary>Whether a host's system is the platform: <c>windows10.0.19041</c> is <c>win</c>.</summary>
    public bool FitsSystem(string system) => Platform?.TrimEnd('.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') switch
    {
        null => true,
        "windows" => system == "win",
        "macos" => system == "osx",
        "linux" => system.StartsWith("linux", StringComparison.Ordinal),
        var other => other == system,
    };
}
