namespace Theseus.Packaging;

/// <summary>The rule for a component's name: 1 to 64 characters of a-z, 0-9, '.', '-' and '_', beginning with a letter and not ending with '.'.</summary>
public static class ComponentName
{
    /// <summary>The rule in words, for messages.</summary>
    public const string Rule = "1 to 64 characters of a-z, 0-9, '.', '-' and '_', beginning with a letter and not ending with '.'";

    /// <summary>Whether a text is a component's name.</summary>
    /// <param name="text">The text; null is not a name.</param>
    public static bool IsValid(string? text)
    {
        if (text is not { Length: >= 1 and <= 64 } || !char.IsAsciiLetterLower(text[0]) || text[^1] == '.')
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '_'))
                return false;
        }

        return true;
    }
}
