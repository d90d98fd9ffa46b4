namespace Theseus.Docs.Tests;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] _notOurs = ["bin", "obj", "artifacts"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(InRoot(path));

    public static string InRoot(string path) => Path.Combine(Root, path);

    /// <summary>Files below a folder of the repository, as paths from its root; nothing that a build made.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(InRoot(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !file.Split('/').Any(part => _notOurs.Contains(part) || (part.StartsWith('.') && part is not ".ci")))
            .Order(StringComparer.Ordinal),
    ];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Theseus.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
