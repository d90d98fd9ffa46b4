using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Theseus.Packaging;

/// <summary>An assembly's metadata, read without loading any of it.</summary>
internal sealed class AssemblyImage : IDisposable
{
    private readonly PEReader _pe;

    private AssemblyImage(PEReader pe, MetadataReader reader)
    {
        _pe = pe;
        Reader = reader;
        var definition = reader.GetAssemblyDefinition();
        Name = reader.GetString(definition.Name);
        Version = definition.Version;
    }

    public MetadataReader Reader { get; }

    public string Name { get; }

    public Version Version { get; }

    public IEnumerable<SharedAssembly> References =>
        Reader.AssemblyReferences.Select(Reader.GetAssemblyReference).Select(r => new SharedAssembly(Reader.GetString(r.Name), r.Version));

    /// <summary>Null if the bytes are not a managed assembly.</summary>
    public static AssemblyImage? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var pe = new PEReader(new MemoryStream(bytes.ToArray(), writable: false));
        try
        {
            if (pe.HasMetadata && pe.GetMetadataReader() is { IsAssembly: true } reader)
                return new(pe, reader);
        }
        // The reader meets bytes that somebody may have crafted: these are its ways to refuse them.
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or ArgumentException or OverflowException or IOException)
        {
        }

        pe.Dispose();
        return null;
    }

    /// <summary>The full name of a type of this assembly, nested ones with '+'.</summary>
    /// <exception cref="BadImageFormatException">Types are nested in a circle.</exception>
    public string NameOf(TypeDefinition type, int depth = 0)
    {
        if (depth > 64)
            throw new BadImageFormatException("Types are nested in a circle.");
        var name = Reader.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
            return $"{NameOf(Reader.GetTypeDefinition(type.GetDeclaringType()), depth + 1)}+{name}";
        return type.Namespace.IsNil ? name : $"{Reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Whether it declares a type; false also where its metadata cannot be followed.</summary>
    public bool Declares(string fullName)
    {
        try
        {
            return Find(fullName) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    public TypeDefinition? Find(string fullName)
    {
        foreach (var handle in Reader.TypeDefinitions)
        {
            var type = Reader.GetTypeDefinition(handle);
            if (NameOf(type) == fullName)
                return type;
        }

        return null;
    }

    public void Dispose() => _pe.Dispose();
}
