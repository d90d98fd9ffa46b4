using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Theseus.Packaging.Tests.Reading;

/// <summary>A real release, to be damaged.</summary>
internal sealed class DamagedPackage
{
    public const string Entry = "lib/net10.0/Theseus.Fixtures.Counter.dll";
    public const string Math = "lib/net10.0/Theseus.Fixtures.CounterMath.dll";
    public const string Nuspec = "Theseus.Fixtures.Counter.nuspec";

    public List<RawEntry> Entries { get; } = RawZip.Read(Repository.CounterPackage);

    public byte[] Bytes => RawZip.Write(Entries);

    public RawEntry this[string name] => Entries.Single(e => e.Name == name);

    public DamagedPackage Add(RawEntry entry)
    {
        Entries.Add(entry);
        return this;
    }

    public DamagedPackage Add(string name, string content = "x") => Add(new RawEntry(name, Encoding.UTF8.GetBytes(content)));

    /// <summary>Adds a file and lists it in the manifest.</summary>
    public DamagedPackage AddListed(RawEntry entry) => Add(entry).Manifest(m => m["files"]!.AsArray().Add(new JsonObject
    {
        ["path"] = entry.Name,
        ["size"] = entry.Content.Length,
        ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(entry.Content)),
    }));

    public DamagedPackage Remove(string name)
    {
        Entries.RemoveAll(e => e.Name == name);
        return this;
    }

    public DamagedPackage Change(string name, Func<RawEntry, RawEntry> change)
    {
        var at = Entries.FindIndex(e => e.Name == name);
        Entries[at] = change(Entries[at]);
        return this;
    }

    /// <summary>Replaces a file's content and what the manifest says of it: only what the content means is wrong then.</summary>
    public DamagedPackage Replace(string name, byte[] content) => Change(name, e => e with { Content = content }).Manifest(m =>
    {
        var file = m["files"]!.AsArray().Single(f => (string)f!["path"]! == name)!;
        file["size"] = content.Length;
        file["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
    });

    public DamagedPackage Manifest(Action<JsonObject> change)
    {
        var manifest = JsonNode.Parse(this[ReleaseManifest.FileName].Content)!.AsObject();
        change(manifest);
        return ManifestText(manifest.ToJsonString());
    }

    public DamagedPackage ManifestText(string text) => Change(ReleaseManifest.FileName, e => e with { Content = Encoding.UTF8.GetBytes(text) });

    public static async Task<ReleaseReadResult> Read(byte[] package, PackageLimits? limits = null) =>
        await ReleasePackage.ReadAsync(new MemoryStream(package), limits ?? PackageLimits.Default, CancellationToken.None);
}
