using System.Text;
using static Theseus.Packaging.FaultCode;

namespace Theseus.Packaging.Tests.Reading;

/// <summary>One way to damage a package, and the kinds of faults that must be told of it: these and no others.</summary>
internal sealed record Damage(Func<byte[]> Package, params FaultCode[] Expected)
{
    public PackageLimits Limits { get; init; } = PackageLimits.Default;
}

internal static class Damages
{
    private static readonly byte[] whole = Repository.CounterPackage;

    public static IReadOnlyDictionary<string, Damage> All { get; } = new Dictionary<string, Damage>
    {
        ["nothing at all"] = new(() => [], NotAPackage),
        ["a text"] = new(() => Encoding.UTF8.GetBytes("This is not a package, but a text that is long enough."), NotAPackage),
        ["three bytes"] = new(() => whole[..3], Truncated),
        ["cut in the middle"] = new(() => whole[..(whole.Length / 2)], Truncated),
        ["cut by one byte"] = new(() => whole[..^1], Truncated),
        ["bytes after the end"] = new(() => [.. whole, 0], Truncated),
        ["wrong number of entries"] = new(() => Patch(whole.Length - 12, 1), DirectoryDamaged),
        ["directory elsewhere"] = new(() => Patch(whole.Length - 6, 1), DirectoryDamaged),
        ["a comment that is not there"] = new(() => Patch(whole.Length - 2, 1), DirectoryDamaged),

        ["compressed bytes damaged"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Compressed = Flipped(RawZip.Deflate(e.Content)) }), EntryDamaged),
        ["wrong checksum"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Crc = 1 }), EntryDamaged),
        ["wrong length in the directory"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Size = 10 }), EntryDamaged),
        ["another name in the local header"] = Change(p => p.Change(DamagedPackage.Math, e => e with { LocalName = e.Name.Replace("Math", "Mask") }), EntryDamaged),
        ["encrypted"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Flags = 1 }), EntryUnsupported),
        ["another compression"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Method = 12, Compressed = [1, 2, 3] }), EntryUnsupported),
        ["two entries of the same bytes"] = Change(p => p.Add(new("copy.txt", p[DamagedPackage.Math].Content) { BytesOf = DamagedPackage.Math }), EntriesOverlap, FileNotListed),

        ["package over the limit"] = Change(p => p, PackageTooLarge) with { Limits = new() { MaxPackageBytes = 1000 } },
        ["entry over the limit"] = Change(p => p.AddListed(Noise("big.bin", 100_000)), EntryTooLarge) with { Limits = new() { MaxEntryBytes = 50_000 } },
        ["entry over the limit that says it is small"] = Change(p => p.AddListed(Noise("big.bin", 100_000)).Change("big.bin", e => e with { Size = 100 }), EntryTooLarge) with { Limits = new() { MaxEntryBytes = 50_000 } },
        ["all together over the limit"] = Change(p => p.AddListed(Noise("a.bin", 40_000)).AddListed(Noise("b.bin", 40_000)), TotalTooLarge) with { Limits = new() { MaxEntryBytes = 60_000, MaxTotalBytes = 80_000 } },
        ["too many entries"] = Change(p => p, TooManyEntries) with { Limits = new() { MaxEntries = 5 } },
        ["zip bomb"] = Change(p => p.AddListed(new("bomb.bin", new byte[8 << 20])), RatioTooHigh),
        ["zip bomb that says it is small"] = Change(p => p.AddListed(new("bomb.bin", new byte[8 << 20])).Change("bomb.bin", e => e with { Size = 5 }), RatioTooHigh),

        ["parent folder"] = Named("../evil.dll", PathEscapes),
        ["parent folder further in"] = Named("lib/../../evil.dll", PathEscapes),
        ["absolute path"] = Named("/etc/evil", PathEscapes),
        ["drive letter"] = Named("C:/evil.dll", PathEscapes),
        ["alternate stream"] = Named("lib/x.dll:evil", PathEscapes),
        ["backslash"] = Named("lib\\..\\evil.dll", PathEscapes),
        ["this folder"] = Named("lib/./evil.dll", PathEscapes),
        ["NUL in a name"] = Named("evil.dll\0.txt", PathInvalid),
        ["device name"] = Named("lib/con.txt", PathInvalid),
        ["escaped path"] = Named("%2e%2e/evil.dll", PathInvalid),
        ["empty part"] = Named("lib//evil.dll", PathInvalid),
        ["empty name"] = Named("", PathInvalid),
        ["dot at the end"] = Named("lib/evil.", PathInvalid),
        ["space at the end"] = Named("lib/evil ", PathInvalid),
        ["not ASCII"] = Named("lib/\u00e9vil.dll", PathInvalid),
        ["very long name"] = Named(new string('a', 300), PathInvalid),
        ["symbolic link"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Mode = 0xA1FF }), NotAFile),
        ["device"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Mode = 0x21FF }), NotAFile),
        ["folder entry"] = Change(p => p.Add(new("content/", []) { Method = 0 }), NotAFile, FileNotListed),
        ["the same entry twice"] = Change(p => p.Add(p[DamagedPackage.Math]), DuplicateEntry),
        ["entries that differ in case"] = Change(p => p.AddListed(new("LIB/net10.0/theseus.fixtures.countermath.DLL", [1])), DuplicateEntry, MemberInvalid),
        ["unlisted entry that differs in case"] = Change(p => p.Add("LIB/net10.0/theseus.fixtures.countermath.DLL"), DuplicateEntry, FileNotListed),
        ["file and folder of one name"] = Change(p => p.Add("LIB/net10.0"), DuplicateEntry, FileNotListed),

        ["no manifest"] = Change(p => p.Remove(ReleaseManifest.FileName), ManifestMissing),
        ["two manifests"] = Change(p => p.Add(p[ReleaseManifest.FileName]), DuplicateEntry),
        ["manifest over the limit"] = Change(p => p, ManifestTooLarge) with { Limits = new() { MaxManifestBytes = 100 } },
        ["manifest is no JSON"] = Change(p => p.ManifestText("{ \"format\": 1,"), ManifestMalformed),
        ["manifest is empty"] = Change(p => p.ManifestText(""), ManifestMalformed),
        ["manifest is an array"] = Change(p => p.ManifestText("[]"), ManifestMalformed),
        ["manifest is deep"] = Change(p => p.ManifestText(new string('[', 5000)), ManifestMalformed),
        ["manifest with more behind it"] = Change(p => p.ManifestText(Text(p) + "{}"), ManifestMalformed),
        ["manifest of a later form"] = Change(p => p.Manifest(m => m["format"] = 2), ManifestFormatUnknown),
        ["member twice"] = Change(p => p.ManifestText(Text(p).Replace("\"component\": \"counter\",", "\"component\": \"counter\", \"component\": \"counter\",")), MemberDuplicate),
        ["member name that is no text"] = Change(p => p.ManifestText(Text(p).Replace("\"component\": \"counter\",", "\"component\": \"counter\", \"\\ud800\": 1,")), MemberUnknown),
        ["value that is no text"] = Change(p => p.ManifestText(Text(p).Replace("\"counter\"", "\"\\ud800\"")), MemberInvalid),

        ["no nuspec"] = Change(p => p.Remove(DamagedPackage.Nuspec), NuspecInvalid, FileMissing),
        ["two nuspecs"] = Change(p => p.AddListed(new("Other.nuspec", p[DamagedPackage.Nuspec].Content)), NuspecInvalid),
        ["nuspec is no XML"] = Change(p => p.Replace(DamagedPackage.Nuspec, "<package>"u8.ToArray()), NuspecInvalid),
        ["nuspec with a document type"] = Change(p => p.Replace(DamagedPackage.Nuspec, Encoding.UTF8.GetBytes("<!DOCTYPE x [<!ENTITY a \"b\">]><package><metadata><id>&a;</id></metadata></package>")), NuspecInvalid),
        ["nuspec of another package"] = Change(p => p.Replace(DamagedPackage.Nuspec, NuspecWith("<id>Theseus.Fixtures.Counter</id>", "<id>Other</id>")), PackageIdMismatch),
        ["nuspec of another version"] = Change(p => p.Replace(DamagedPackage.Nuspec, NuspecWith("2.5.0-rc.1", "2.5.0")), PackageVersionMismatch),

        ["no entry assembly"] = Change(p => p.Remove(DamagedPackage.Entry), EntryAssemblyMissing, FileMissing),
        ["entry assembly is a text"] = Change(p => p.Replace(DamagedPackage.Entry, "not an assembly"u8.ToArray()), EntryAssemblyNotManaged),
        ["entry assembly is cut"] = Change(p => p.Replace(DamagedPackage.Entry, p[DamagedPackage.Entry].Content[..700]), EntryAssemblyNotManaged),
        ["another assembly as entry"] = Change(p => p.Replace(DamagedPackage.Entry, p[DamagedPackage.Math].Content), EntryTypeMissing),
        ["entry type is not there"] = Change(p => p.Manifest(m => m["entry"]!["type"] = "Theseus.Fixtures.Counter.Nowhere"), EntryTypeMissing),

        ["file not listed"] = Change(p => p.Add("lib/net10.0/evil.dll"), FileNotListed),
        ["file absent"] = Change(p => p.Remove(DamagedPackage.Math), FileMissing),
        ["file of another length"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Content = [.. e.Content, 0] }), FileSizeWrong, FileDigestWrong),
        ["file of another content"] = Change(p => p.Change(DamagedPackage.Math, e => e with { Content = Flipped(e.Content) }), FileDigestWrong),
        ["size wrong in the manifest"] = Change(p => p.Manifest(m => m["files"]![0]!["size"] = 1), FileSizeWrong),
        ["digest wrong in the manifest"] = Change(p => p.Manifest(m => m["files"]![0]!["sha256"] = new string('0', 64)), FileDigestWrong),
    };

    public static RawEntry Noise(string name, int length)
    {
        var content = new byte[length];
        new Random(17).NextBytes(content);
        return new(name, content);
    }

    private static Damage Change(Func<DamagedPackage, DamagedPackage> change, params FaultCode[] expected) =>
        new(() => change(new()).Bytes, expected);

    private static Damage Named(string name, FaultCode code) => Change(p => p.Add(name), code, FileNotListed);

    private static byte[] Patch(int at, byte change)
    {
        var bytes = whole.ToArray();
        bytes[at] ^= change;
        return bytes;
    }

    private static byte[] Flipped(byte[] content)
    {
        var bytes = content.ToArray();
        bytes[bytes.Length / 2] ^= 0x10;
        return bytes;
    }

    private static string Text(DamagedPackage package) => Encoding.UTF8.GetString(package[ReleaseManifest.FileName].Content);

    private static byte[] NuspecWith(string old, string replacement) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(new DamagedPackage()[DamagedPackage.Nuspec].Content).Replace(old, replacement));
}
