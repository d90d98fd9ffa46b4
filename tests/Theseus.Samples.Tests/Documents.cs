namespace Theseus.Samples.Tests;

/// <summary>The documents that the demo serves.</summary>
internal static class Documents
{
    public static IReadOnlyDictionary<string, string> All { get; } = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.md")
        .ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
}
