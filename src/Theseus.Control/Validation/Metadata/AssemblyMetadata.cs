using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Theseus.Control.Validation;

/// <summary>An assembly's metadata, read without loading any of it. Thread-safe.</summary>
internal sealed class AssemblyMetadata
{
    // Holds the memory that the reader looks into.
    private readonly PEReader _image;
    private readonly Lazy<Dictionary<string, TypeDefinitionHandle>> _types;
    private readonly Lazy<Dictionary<string, string>> _forwarded;

    private AssemblyMetadata(PEReader image, MetadataReader reader)
    {
        _image = image;
        Reader = reader;
        var definition = reader.GetAssemblyDefinition();
        Name = reader.GetString(definition.Name);
        Version = definition.Version;
        _types = new(ReadTypes);
        _forwarded = new(ReadForwarded);
    }

    public MetadataReader Reader { get; }

    public string Name { get; }

    public Version Version { get; }

    public IEnumerable<(string Name, Version Version)> References => Reader.AssemblyReferences.Select(Reader.GetAssemblyReference).Select(one => (Reader.GetString(one.Name), one.Version));

    /// <summary>The native libraries that its methods are imported from, as they are named there.</summary>
    public IEnumerable<string> NativeLibraries => Reader.MethodDefinitions.Select(Reader.GetMethodDefinition)
        .Select(method => method.GetImport().Module).Where(module => !module.IsNil)
        .Select(module => Reader.GetString(Reader.GetModuleReference(module).Name)).Distinct(StringComparer.Ordinal);

    /// <summary>Null if the file is not a managed assembly.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AssemblyMetadata? TryReadFile(string path) => TryRead([.. File.ReadAllBytes(path)]);

    public static AssemblyMetadata? TryRead(ImmutableArray<byte> bytes)
    {
        var image = new PEReader(bytes);
        try
        {
            if (image.HasMetadata && image.GetMetadataReader() is { IsAssembly: true } reader)
                return new(image, reader);
        }
        // Bytes that somebody may have crafted: these are the reader's ways to refuse them.
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
        }

        image.Dispose();
        return null;
    }

    public TypeDefinition? Find(string fullName)
    {
        GC.KeepAlive(_image);
        return _types.Value.TryGetValue(fullName, out var handle) ? Reader.GetTypeDefinition(handle) : null;
    }

    /// <summary>The assembly that a type was moved to; null if it was not.</summary>
    public string? ForwardOf(string fullName) => _forwarded.Value.GetValueOrDefault(fullName);

    private Dictionary<string, TypeDefinitionHandle> ReadTypes()
    {
        var types = new Dictionary<string, TypeDefinitionHandle>(StringComparer.Ordinal);
        foreach (var handle in Reader.TypeDefinitions)
            types.TryAdd(TypeNames.Of(Reader, handle), handle);
        return types;
    }

    private Dictionary<string, string> ReadForwarded()
    {
        var forwarded = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in Reader.ExportedTypes.Select(Reader.GetExportedType).Where(one => one.Implementation.Kind == HandleKind.AssemblyReference))
        {
            var assembly = Reader.GetAssemblyReference((AssemblyReferenceHandle)type.Implementation);
            var name = Reader.GetString(type.Name);
            forwarded.TryAdd(type.Namespace.IsNil ? name : $"{Reader.GetString(type.Namespace)}.{name}", Reader.GetString(assembly.Name));
        }

        return forwarded;
    }
}
