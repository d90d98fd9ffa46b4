namespace Theseus.Packaging;

/// <summary>What an entry's name may be: a relative path of printable ASCII that every file system and every NuGet client takes the same way.</summary>
internal static class EntryName
{
    private const int MaxLength = 240;
    private static readonly HashSet<string> devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>Null for a good name.</summary>
    public static (FaultCode Code, string Message)? Check(string name)
    {
        if (name.Length == 0)
            return (FaultCode.PathInvalid, "The name is empty.");
        if (name.Length > MaxLength)
            return (FaultCode.PathInvalid, $"The name is longer than {MaxLength} characters.");
        if (name[0] == '/' || name.Contains('\\'))
            return (FaultCode.PathEscapes, "The name is an absolute path or has a backslash.");
        if (name.Contains(':'))
            return (FaultCode.PathEscapes, "The name has a ':': a drive letter or an alternate stream.");
        foreach (var part in name.Split('/'))
        {
            if (part is ".." or ".")
                return (FaultCode.PathEscapes, $"The name has a '{part}' part.");
            if (part.Length == 0)
                return (FaultCode.PathInvalid, "The name has an empty part.");
            if (part[^1] is '.' or ' ' || part[0] == ' ')
                return (FaultCode.PathInvalid, "A part of the name begins or ends with a space, or ends with a dot.");
            if (devices.Contains(part.Split('.')[0].TrimEnd()))
                return (FaultCode.PathInvalid, $"'{part}' is a device's name on Windows.");
        }

        foreach (var c in name)
        {
            // NuGet clients take '%' for an escape, which would make another path of it.
            if (c is < ' ' or > '~' or '%' or '*' or '?' or '"' or '<' or '>' or '|')
                return (FaultCode.PathInvalid, $"The name has a character that is not portable (U+{(int)c:X4}).");
        }

        return null;
    }

    /// <summary>The pairs of names that cannot stand beside each other on every file system.</summary>
    public static IEnumerable<(string Name, string Other)> Conflicts(IReadOnlyCollection<string> names)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (!seen.TryAdd(name, name))
                yield return (name, seen[name]);
        }

        foreach (var name in seen.Values)
        {
            for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            {
                if (seen.TryGetValue(name[..slash], out var file))
                    yield return (name, file);
            }
        }
    }
}
