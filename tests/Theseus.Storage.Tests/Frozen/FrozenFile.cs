using System.Globalization;
using System.Text.RegularExpressions;

namespace Theseus.Storage.Tests.Frozen;

/// <summary>A database that the code of an earlier version has written, as text.</summary>
internal sealed partial class FrozenFile
{
    private FrozenFile(string path)
    {
        var name = Name().Match(Path.GetFileNameWithoutExtension(path));
        Text = File.ReadAllText(path);
        Kind = name.Groups["kind"].Value == "sqlite" ? StoreKind.Sqlite : StoreKind.Postgres;
        Version = int.Parse(name.Groups["version"].Value, CultureInfo.InvariantCulture);
        KeepsComponents = name.Value != "sqlite-1";
        KeepsPoints = Kind == StoreKind.Postgres || Version > 1;
    }

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.sql").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>The statements that make it what it was.</summary>
    public string Text { get; }

    public StoreKind Kind { get; }

    /// <summary>The version of its tables.</summary>
    public int Version { get; }

    public bool KeepsComponents { get; }

    /// <summary>Whether it has rollback points, tokens and keys.</summary>
    public bool KeepsPoints { get; }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Frozen");

    public static FrozenFile Read(string name) => new(Path.Combine(Folder, name));

    [GeneratedRegex("^(?<kind>sqlite|postgres)-(?<version>[0-9]+)[a-z]?$")]
    private static partial Regex Name();
}
