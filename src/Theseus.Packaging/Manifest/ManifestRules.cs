using System.Buffers;

namespace Theseus.Packaging;

/// <summary>What single values of a manifest may be.</summary>
internal static class ManifestRules
{
    private static readonly SearchValues<char> hexadecimal = SearchValues.Create("0123456789abcdef");

    public static bool IsFramework(string text) =>
        text is { Length: >= 4 and <= 64 } && text.StartsWith("net", StringComparison.Ordinal) && char.IsAsciiDigit(text[3])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');

    public static bool IsTypeName(string text) =>
        text is { Length: >= 1 and <= 1024 } && text.All(c => c is not (',' or '[' or ']' or '*' or '&' or '/' or '\\' or ':') && !char.IsControl(c) && !char.IsWhiteSpace(c));

    public static bool IsQualifiedTypeName(string text) =>
        text is { Length: >= 3 and <= 2048 } && text.IndexOf(',') is > 0 and var comma
        && IsTypeName(text[..comma]) && IsAssemblyName(text[(comma + 1)..].Split(',')[0].Trim());

    public static bool IsAssemblyName(string text) =>
        text is { Length: >= 1 and <= 256 } && text.All(c => c is not (',' or '=' or '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|') && !char.IsControl(c))
        && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    public static bool IsAssemblyVersion(string text) =>
        Version.TryParse(text, out var version) && version.Revision >= 0 && version.ToString() == text;

    public static bool IsDigest(string text) => text.Length == 64 && !text.AsSpan().ContainsAnyExcept(hexadecimal);

    public static StateKind? KindOf(string name) => name switch
    {
        "none" => StateKind.None,
        "shared" => StateKind.Shared,
        "transferred" => StateKind.Transferred,
        "caughtUp" => StateKind.CaughtUp,
        _ => null,
    };
}
