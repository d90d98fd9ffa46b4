namespace Theseus.Samples.Typography;

/// <summary>Turns straight quotation marks into those of a language.</summary>
public static class Typographer
{
    public static string Educate(string text) => Educate(text, "en");

    public static string Educate(string text, string language)
    {
        var (opening, closing) = language == "de" ? ('\u201E', '\u201C') : ('\u201C', '\u201D');
        return text.Replace(" \"", " " + opening, StringComparison.Ordinal).Replace('"', closing);
    }
}
