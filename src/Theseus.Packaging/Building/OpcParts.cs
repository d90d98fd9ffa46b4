using System.Security.Cryptography;
using System.Xml.Linq;

namespace Theseus.Packaging;

/// <summary>The parts that make a zip archive an Open Packaging Conventions package, as NuGet writes them, but without random names.</summary>
internal static class OpcParts
{
    private const string ContentTypes = "[Content_Types].xml";
    private const string Relationships = "_rels/.rels";
    private const string CoreFolder = "package/services/metadata/core-properties/";
    private const string BinaryType = "application/octet";

    public static bool IsPart(string path) =>
        path.Equals(ContentTypes, StringComparison.OrdinalIgnoreCase)
        || path.StartsWith("_rels/", StringComparison.OrdinalIgnoreCase)
        || path.StartsWith(CoreFolder, StringComparison.OrdinalIgnoreCase);

    public static void Add(SortedDictionary<string, ReadOnlyMemory<byte>> files, NuspecDocument nuspec)
    {
        var core = Xml.Write(CoreProperties(nuspec));
        var corePath = CoreFolder + Convert.ToHexStringLower(SHA256.HashData(core))[..32] + ".psmdcp";
        files[corePath] = core;
        files[Relationships] = Xml.Write(RelationshipsTo(nuspec.FileName, corePath));
        files[ContentTypes] = Xml.Write(TypesOf(files.Keys.Append(ReleaseManifest.FileName)));
    }

    private static XElement CoreProperties(NuspecDocument nuspec)
    {
        XNamespace core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";
        XNamespace dc = "http://purl.org/dc/elements/1.1/";
        return new(core + "coreProperties",
            new XAttribute(XNamespace.Xmlns + "dc", dc),
            new XElement(dc + "creator", nuspec.Authors),
            new XElement(dc + "description", nuspec.Description),
            new XElement(dc + "identifier", nuspec.Id),
            new XElement(core + "version", nuspec.Version),
            new XElement(core + "lastModifiedBy", "Theseus"));
    }

    private static XElement RelationshipsTo(string nuspec, string core)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/relationships";
        return new(ns + "Relationships",
            Relationship(ns, "http://schemas.microsoft.com/packaging/2010/07/manifest", nuspec, "R1"),
            Relationship(ns, "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", core, "R2"));
    }

    private static XElement Relationship(XNamespace ns, string type, string target, string id) =>
        new(ns + "Relationship", new XAttribute("Type", type), new XAttribute("Target", "/" + target), new XAttribute("Id", id));

    private static XElement TypesOf(IEnumerable<string> paths)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/content-types";
        var types = new XElement(ns + "Types");
        var extensions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (name.LastIndexOf('.') is >= 0 and var dot && dot < name.Length - 1)
                extensions.Add(name[(dot + 1)..].ToLowerInvariant());
        }

        foreach (var extension in extensions)
            types.Add(new XElement(ns + "Default", new XAttribute("Extension", extension), new XAttribute("ContentType", TypeOf(extension))));
        foreach (var path in paths.Where(p => !p[(p.LastIndexOf('/') + 1)..].Contains('.')).Order(StringComparer.Ordinal))
            types.Add(new XElement(ns + "Override", new XAttribute("PartName", "/" + path), new XAttribute("ContentType", BinaryType)));
        return types;
    }

    private static string TypeOf(string extension) => extension switch
    {
        "rels" => "application/vnd.openxmlformats-package.relationships+xml",
        "psmdcp" => "application/vnd.openxmlformats-package.core-properties+xml",
        "json" => "application/json",
        _ => BinaryType,
    };
}
