namespace Theseus.Fleet.Wire;

/// <summary>Texts that are cut where they get too long.</summary>
internal static class Shortened
{
    public static string To(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        // Not through the middle of a character that takes two.
        var end = most - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}
