using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Theseus.Packaging;

/// <summary>Reads XML without fetching anything, and writes it the same way on every machine.</summary>
internal static class Xml
{
    private static readonly XmlWriterSettings output = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = true,
        NewLineChars = "\n",
    };

    private static readonly XmlReaderSettings input = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 1 << 20,
    };

    public static byte[] Write(XElement root)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, output))
            new XDocument(root).Save(writer);
        return stream.ToArray();
    }

    /// <exception cref="XmlException">It is not well-formed, is too long, or has a document type.</exception>
    public static XElement Read(ReadOnlyMemory<byte> bytes)
    {
        using var reader = XmlReader.Create(new MemoryStream(bytes.ToArray(), writable: false), input);
        return XDocument.Load(reader).Root!;
    }
}
