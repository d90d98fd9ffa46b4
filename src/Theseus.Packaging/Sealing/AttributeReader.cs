using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Theseus.Packaging;

/// <summary>Finds and decodes the attributes of the product on a type; types in their arguments come as serialised names.</summary>
internal static class AttributeReader
{
    private static readonly string abstractions = typeof(ComponentAttribute).Assembly.GetName().Name!;

    public static IReadOnlyList<AttributeValues> Read<TAttribute>(AssemblyImage image, TypeDefinition type) where TAttribute : Attribute
    {
        var wanted = new TypeName(abstractions, typeof(TAttribute).FullName!);
        var found = new List<AttributeValues>();
        foreach (var handle in type.GetCustomAttributes())
        {
            var attribute = image.Reader.GetCustomAttribute(handle);
            if (ClassOf(image, attribute) != wanted)
                continue;
            var value = attribute.DecodeValue(NameProvider.Instance);
            found.Add(new([.. value.FixedArguments.Select(a => a.Value)], value.NamedArguments.ToDictionary(a => a.Name!, a => a.Value)));
        }

        return found;
    }

    private static TypeName ClassOf(AssemblyImage image, CustomAttribute attribute) => attribute.Constructor.Kind switch
    {
        HandleKind.MemberReference => TypeName.Of(image, image.Reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent),
        HandleKind.MethodDefinition => TypeName.Of(image, image.Reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType()),
        _ => default,
    };

    private sealed class NameProvider : ICustomAttributeTypeProvider<string>
    {
        public static readonly NameProvider Instance = new();

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSystemType() => "System.Type";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => NameOf(reader, handle);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var reference = reader.GetTypeReference(handle);
            return $"{reader.GetString(reference.Namespace)}.{reader.GetString(reference.Name)}";
        }

        public string GetTypeFromSerializedName(string name) => name;

        public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

        public bool IsSystemType(string type) => type == "System.Type";

        private static string NameOf(MetadataReader reader, TypeDefinitionHandle handle)
        {
            var type = reader.GetTypeDefinition(handle);
            return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
        }
    }
}

/// <summary>An attribute's arguments.</summary>
internal sealed record AttributeValues(ImmutableArray<object?> Fixed, IReadOnlyDictionary<string, object?> Named)
{
    public string Text(int index) => Fixed.ElementAtOrDefault(index) as string ?? "";

    public int Number(int index) => Fixed.ElementAtOrDefault(index) is int number ? number : 0;

    public string? NamedText(string name) => Named.GetValueOrDefault(name) as string;

    public int NamedNumber(string name) => Named.GetValueOrDefault(name) is int number ? number : 0;
}
