using System.Reflection;
using System.Reflection.Metadata;

namespace Theseus.Packaging;

/// <summary>A type by its assembly's simple name and its full name, nested ones with '+'.</summary>
internal readonly record struct TypeName(string Assembly, string FullName)
{
    /// <summary>From a name as attributes hold it; one without an assembly is of the assembly that has the attribute.</summary>
    public static TypeName Parse(string serialized, string ownAssembly)
    {
        var comma = serialized.IndexOf(',');
        return comma < 0
            ? new(ownAssembly, serialized)
            : new(new AssemblyName(serialized[(comma + 1)..].Trim()).Name!, serialized[..comma].Trim());
    }

    /// <summary>From a handle in an assembly's metadata; of a constructed generic type the definition. Default if it is none of these.</summary>
    public static TypeName Of(AssemblyImage image, EntityHandle handle)
    {
        var reader = image.Reader;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return new(image.Name, image.NameOf(reader.GetTypeDefinition((TypeDefinitionHandle)handle)));
            case HandleKind.TypeReference:
                return OfReference(image, reader.GetTypeReference((TypeReferenceHandle)handle));
            case HandleKind.TypeSpecification:
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
                if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                    return default;
                blob.ReadCompressedInteger();
                return Of(image, blob.ReadTypeHandle());
            default:
                return default;
        }
    }

    private static TypeName OfReference(AssemblyImage image, TypeReference reference)
    {
        var reader = image.Reader;
        var name = reader.GetString(reference.Name);
        switch (reference.ResolutionScope.Kind)
        {
            case HandleKind.TypeReference:
                var outer = OfReference(image, reader.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope));
                return outer with { FullName = $"{outer.FullName}+{name}" };
            case HandleKind.AssemblyReference:
                var assembly = reader.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope);
                return new(reader.GetString(assembly.Name), reference.Namespace.IsNil ? name : $"{reader.GetString(reference.Namespace)}.{name}");
            default:
                return new(image.Name, reference.Namespace.IsNil ? name : $"{reader.GetString(reference.Namespace)}.{name}");
        }
    }
}
