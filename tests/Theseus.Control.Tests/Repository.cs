namespace Theseus.Control.Tests;

/// <summary>Where things are that the build made.</summary>
internal static class Repository
{
    /// <summary>The folder that every build of a sample puts its release into.</summary>
    public static string Releases { get; } = Path.Combine(FindRoot(), "artifacts", "releases");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Theseus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
