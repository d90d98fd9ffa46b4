using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Theseus.Control.Validation;

/// <summary>A type by the simple name of the assembly that is said to have it, and its full name, nested ones with '+'; with what it is constructed over.</summary>
internal sealed record TypeId(string? Assembly, string FullName, ImmutableArray<string> Arguments)
{
    public override string ToString() => FullName;
}

/// <summary>
/// Writes types and signatures out as text, so that those of two assemblies can be compared. Assemblies are left out: a
/// type that was moved is the same type. A generic parameter is written as what it stands for, where that is known.
/// </summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, ImmutableArray<string>>
{
    public static readonly TypeNames Instance = new();

    /// <summary>The full name of a type definition.</summary>
    public static string Of(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(reader, outer)}+{name}"
            : type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>The full name of a type reference.</summary>
    public static string Of(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference ? $"{Of(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>The type that a handle means; null for arrays, pointers and the like, which have no definition.</summary>
    /// <param name="assembly">The assembly that has the handle.</param>
    /// <param name="handle">A type's definition, reference or specification.</param>
    /// <param name="arguments">What generic parameters stand for there.</param>
    public static TypeId? Identify(AssemblyMetadata assembly, EntityHandle handle, ImmutableArray<string> arguments)
    {
        var reader = assembly.Reader;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return new(assembly.Name, Of(reader, (TypeDefinitionHandle)handle), []);
            case HandleKind.TypeReference:
                return new(ScopeOf(reader, (TypeReferenceHandle)handle) ?? assembly.Name, Of(reader, (TypeReferenceHandle)handle), []);
            case HandleKind.TypeSpecification:
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
                if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                    return null;
                blob.ReadCompressedInteger();
                var definition = Identify(assembly, blob.ReadTypeHandle(), arguments);
                var decoder = new SignatureDecoder<string, ImmutableArray<string>>(Instance, reader, arguments);
                var count = blob.ReadCompressedInteger();
                var built = ImmutableArray.CreateBuilder<string>();
                for (var i = 0; i < count; i++)
                    built.Add(decoder.DecodeType(ref blob));
                return definition is null ? null : definition with { Arguments = built.ToImmutable() };
            default:
                return null;
        }
    }

    /// <summary>A method's signature as text.</summary>
    public static string Method(MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "instance " : "")}{signature.ReturnType}({string.Join(", ", signature.ParameterTypes)}){(signature.GenericParameterCount > 0 ? $"<{signature.GenericParameterCount}>" : "")}";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, ImmutableArray<string> genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericTypeParameter(ImmutableArray<string> genericContext, int index) => index < genericContext.Length ? genericContext[index] : $"!{index}";

    public string GetGenericMethodParameter(ImmutableArray<string> genericContext, int index) => $"!!{index}";

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => $"{unmodifiedType} mod{(isRequired ? "req" : "opt")}({modifier})";

    public string GetFunctionPointerType(MethodSignature<string> signature) => $"method {Method(signature)}*";

    private static string? ScopeOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => ScopeOf(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }
}
