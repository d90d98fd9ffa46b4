using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace Theseus.Packaging;

/// <summary>A package's nuspec, as far as a release cares.</summary>
internal sealed class NuspecDocument
{
    private const string Schema = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
    private readonly XElement _root;
    private readonly XElement _metadata;

    private NuspecDocument(XElement root, XElement metadata)
    {
        _root = root;
        _metadata = metadata;
    }

    public string Id => Text("id");

    public string Version => Text("version");

    public string Authors => Text("authors");

    public string Description => Text("description");

    public string FileName => Id + ".nuspec";

    public static NuspecDocument Create(string packageId, ReleaseManifest manifest)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(packageId);
        ArgumentNullException.ThrowIfNull(manifest);
        XNamespace ns = Schema;
        var metadata = new XElement(ns + "metadata",
            new XElement(ns + "id", packageId),
            new XElement(ns + "version", manifest.Version.ToNormalizedString()),
            new XElement(ns + "authors", packageId),
            new XElement(ns + "description", $"The component '{manifest.Component}'."),
            Dependencies(ns, [manifest.TargetFramework]));
        return new(new XElement(ns + "package", metadata), metadata);
    }

    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out NuspecDocument? nuspec, [NotNullWhen(false)] out string? fault)
    {
        nuspec = null;
        try
        {
            var root = Xml.Read(bytes);
            var metadata = root.Elements().FirstOrDefault(e => e.Name.LocalName == "metadata");
            fault = root.Name.LocalName != "package" || metadata is null ? "It has no package metadata." : null;
            if (metadata is not null && fault is null)
            {
                nuspec = new(root, metadata);
                fault = nuspec.Id.Length == 0 || nuspec.Version.Length == 0 ? "It tells no id or no version." : null;
            }
        }
        catch (XmlException e)
        {
            fault = $"It is not valid XML: {e.Message}";
        }

        if (fault is not null)
            nuspec = null;
        return fault is null;
    }

    /// <summary>The same without dependencies: a release holds what it needs.</summary>
    public NuspecDocument WithoutDependencies()
    {
        var root = new XElement(_root);
        var metadata = root.Elements().First(e => e.Name.LocalName == "metadata");
        if (metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "dependencies") is { } dependencies)
        {
            var frameworks = dependencies.Elements().Select(g => (string?)g.Attribute("targetFramework")).OfType<string>().ToArray();
            dependencies.ReplaceWith(Dependencies(metadata.Name.Namespace, frameworks));
        }

        return new(root, metadata);
    }

    public byte[] ToBytes() => Xml.Write(_root);

    private static XElement Dependencies(XNamespace ns, IEnumerable<string> frameworks) =>
        new(ns + "dependencies", frameworks.Select(f => new XElement(ns + "group", new XAttribute("targetFramework", f))));

    private string Text(string name) => _metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() ?? "";
}
