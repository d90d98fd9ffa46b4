using System.Security.Cryptography;
using System.Text;
using CrashHost;

namespace Theseus.Runtime.Live.Tests;

/// <summary>
/// Copies of a host's folder as a kill would leave it, before and after each durable step: one for each time that it is
/// another than before. Sees as well what was written between two steps. Not thread-safe: steps are taken one at a time.
/// </summary>
internal sealed class HostImages : IDisposable
{
    // What the host remembers. Not what says that it runs (its lock, its operators' socket and where that is).
    private static readonly string[] s_durable = ["components", "history", "states", "fences"];

    // Its store of packages has laws of its own: each of them is verified whenever it is loaded.
    private const string Packages = "store";

    private readonly string _root = Directory.CreateTempSubdirectory("theseus-images-").FullName;
    private readonly List<(HostStep Step, string Folder)> _all = [];
    private readonly List<string> _unnumbered = [];
    private string _host = "";
    private string _seen = "";

    public IReadOnlyList<(HostStep Step, string Folder)> All => _all;

    /// <summary>How many steps there were.</summary>
    public int Steps { get; private set; }

    /// <summary>What was written that is no step.</summary>
    public IReadOnlyList<string> Unnumbered => _unnumbered;

    public void Begin(string host) => (_host, _seen) = (host, Look(host));

    public void Take(HostStep step)
    {
        Steps = step.Number;
        var seen = Look(_host);
        if (!step.IsAfter && seen != _seen)
        {
            _unnumbered.Add($"Before {step}, this is not as it was after the step before it: {string.Join("; ", seen.Split('\n').Except(_seen.Split('\n')).Concat(_seen.Split('\n').Except(seen.Split('\n'))))}");
        }

        if (_all.Count == 0 || seen != _seen)
        {
            _all.Add((step, Copy()));
        }

        _seen = seen;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<string> Files(string host, IEnumerable<string> folders) =>
        Folders(host, folders).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));

    private static IEnumerable<string> Folders(string host, IEnumerable<string> folders) => folders.Select(one => Path.Combine(host, ".theseus", one)).Where(Directory.Exists);

    private static string Look(string host)
    {
        var seen = new StringBuilder();
        foreach (var file in Files(host, s_durable).Order(StringComparer.Ordinal))
        {
            seen.Append(file).Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))).Append('\n');
        }

        return seen.ToString();
    }

    private string Copy()
    {
        var image = Path.Combine(_root, $"{_all.Count}");
        // Folders as well: one may be made, and be empty yet.
        foreach (var folder in Folders(_host, [.. s_durable, Packages]).SelectMany(one => Directory.EnumerateDirectories(one, "*", SearchOption.AllDirectories).Prepend(one)))
        {
            Directory.CreateDirectory(Path.Combine(image, Path.GetRelativePath(_host, folder)));
        }

        foreach (var file in Files(_host, [.. s_durable, Packages]))
        {
            var copy = Path.Combine(image, Path.GetRelativePath(_host, file));
            File.Copy(file, copy);
        }

        return image;
    }
}
