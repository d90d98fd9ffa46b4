namespace Theseus.LoadBench;

/// <summary>The documents that are rendered: those of the demo.</summary>
internal static class Documents
{
    public static string[] All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.md")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText),
    ];
}
