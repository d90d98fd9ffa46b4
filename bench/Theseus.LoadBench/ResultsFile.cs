namespace Theseus.LoadBench;

/// <summary>The committed results, <c>bench/results/NAME.md</c>. What a person wrote under 'Notes' at a file's end stays there.</summary>
internal static class ResultsFile
{
    private const string Notes = "\n## Notes\n";

    public static void Write(string name, string text)
    {
        var path = Path.Combine(Repository, "bench", "results", $"{name}.md");
        var before = File.Exists(path) ? File.ReadAllText(path) : "";
        var notes = before.IndexOf(Notes, StringComparison.Ordinal);
        File.WriteAllText(path, notes < 0 ? text : text + before[notes..]);
    }

    /// <summary>The repository's root, above the build's output.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));
}
