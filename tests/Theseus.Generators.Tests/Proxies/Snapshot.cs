using System.Runtime.CompilerServices;

namespace Theseus.Generators.Tests.Proxies;

/// <summary>
/// Compares text with the file of a snapshot. Set THESEUS_ACCEPT_SNAPSHOTS to write what is found over what was agreed,
/// then read the difference before committing it.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string text, [CallerMemberName] string name = "")
    {
        var file = Path.Combine(Compiled.RepositoryRoot, "tests", "Theseus.Generators.Tests", "Snapshots", name + ".verified.cs");
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("THESEUS_ACCEPT_SNAPSHOTS")))
        {
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file), $"There is no snapshot {file}; set THESEUS_ACCEPT_SNAPSHOTS=1 to make it.");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }
}
