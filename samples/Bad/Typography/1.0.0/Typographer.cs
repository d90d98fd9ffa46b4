namespace Theseus.Samples.Typography;

/// <summary>Turns straight quotation marks into curved ones.</summary>
public static class Typographer
{
    public static string Educate(string text) => text.Replace(" \"", " \u201C", StringComparison.Ordinal).Replace('"', '\u201D');
}
