using Theseus.Packaging;

namespace Theseus.Build;

/// <summary>What the targets tell the tool: lines of 'key=value', files as 'library=SOURCE|PATH' and 'root=SOURCE|PATH', references as 'reference=PATH'.</summary>
internal sealed record SealResponse(string Package, string AssemblyName, string Origin, bool IsRequired, bool IsMultiTargeted, IReadOnlyList<(SealPlace Place, string Source, string Path)> Files, IReadOnlyList<string> References)
{
    public static SealResponse Read(string path)
    {
        var single = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new List<(SealPlace, string, string)>();
        var references = new List<string>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            var equals = line.IndexOf('=');
            var (key, value) = equals > 0 ? (line[..equals], line[(equals + 1)..]) : throw new InvalidDataException($"'{line}' is not a line of a response file.");
            if (key is "library" or "root")
                files.Add(FileOf(key == "root" ? SealPlace.Root : SealPlace.Library, value));
            else if (key == "reference")
                references.Add(value);
            else
                single[key] = value;
        }

        return new(Required("package"), Required("assembly"), Required("origin"), single.GetValueOrDefault("required") == "true", single.GetValueOrDefault("multitargeted") == "true", files, references);

        string Required(string key) => single.GetValueOrDefault(key) ?? throw new InvalidDataException($"The response file '{path}' lacks '{key}'.");
    }

    public SealRequest ToRequest() => new()
    {
        Package = File.ReadAllBytes(Package),
        AssemblyName = AssemblyName,
        IsMultiTargeted = IsMultiTargeted,
        Files = [.. Files.Select(f => new SealFile(f.Place, f.Path, File.ReadAllBytes(f.Source)))],
        References = [.. References.Select(r => (ReadOnlyMemory<byte>)File.ReadAllBytes(r))],
    };

    private static (SealPlace, string, string) FileOf(SealPlace place, string value)
    {
        var bar = value.LastIndexOf('|');
        return bar > 0 ? (place, value[..bar], value[(bar + 1)..].Replace('\\', '/')) : throw new InvalidDataException($"'{value}' tells no path inside the package.");
    }
}
