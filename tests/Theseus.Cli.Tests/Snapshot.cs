using System.Runtime.CompilerServices;

namespace Theseus.Cli.Tests;

/// <summary>Compares text with a file beside the tests. A difference is written to <c>NAME.received.txt</c>: look at it, and rename it if it is right.</summary>
internal static class Snapshot
{
    public static void Matches(string name, string text, [CallerFilePath] string test = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(test)!, "Snapshots");
        var (expected, received) = (Path.Combine(folder, name + ".txt"), Path.Combine(folder, name + ".received.txt"));
        // The console pads its lines.
        text = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(static line => line.TrimEnd())).Trim('\n') + "\n";
        if (File.Exists(expected) && File.ReadAllText(expected).ReplaceLineEndings("\n") == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"What was written differs from {expected}; it is in {received}:\n{text}");
    }
}
