using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.CompilerServices;

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

    // A decoder follows a signature's nesting on the stack: what is longer than any that a compiler writes is refused.
    private const int LongestSignature = 4096;
    private const int DeepestNesting = 64;

    /// <summary>The full name of a type definition.</summary>
    /// <exception cref="BadImageFormatException">Types are nested in a circle.</exception>
    public static string Of(MetadataReader reader, TypeDefinitionHandle handle, int depth = 0)
    {
        CheckDepth(depth);
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(reader, outer, depth + 1)}+{name}"
            : type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>The full name of a type reference.</summary>
    /// <exception cref="BadImageFormatException">Types are nested in a circle.</exception>
    public static string Of(MetadataReader reader, TypeReferenceHandle handle, int depth = 0)
    {
        CheckDepth(depth);
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference ? $"{Of(reader, (TypeReferenceHandle)type.ResolutionScope, depth + 1)}+{name}"
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
                var specification = reader.GetTypeSpecification((TypeSpecificationHandle)handle);
                CheckLength(reader, specification.Signature);
                var blob = reader.GetBlobReader(specification.Signature);
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
    public static string SignatureOf(MetadataReader reader, MethodDefinition method, ImmutableArray<string> arguments)
    {
        CheckLength(reader, method.Signature);
        return Method(method.DecodeSignature(Instance, arguments));
    }

    /// <summary>A field's type as text.</summary>
    public static string SignatureOf(MetadataReader reader, FieldDefinition field)
    {
        CheckLength(reader, field.Signature);
        return field.DecodeSignature(Instance, []);
    }

    /// <summary>The signature of a method, or the type of a field, that is referred to, as text.</summary>
    public static string SignatureOf(MetadataReader reader, MemberReference member, ImmutableArray<string> arguments)
    {
        CheckLength(reader, member.Signature);
        return member.GetKind() == MemberReferenceKind.Method ? Method(member.DecodeMethodSignature(Instance, arguments)) : member.DecodeFieldSignature(Instance, arguments);
    }

    private static string Method(MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "instance " : "")}{signature.ReturnType}({string.Join(", ", signature.ParameterTypes)}){(signature.GenericParameterCount > 0 ? $"<{signature.GenericParameterCount}>" : "")}";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, ImmutableArray<string> genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        // A specification may lead to itself.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var specification = reader.GetTypeSpecification(handle);
        CheckLength(reader, specification.Signature);
        return specification.DecodeSignature(this, genericContext);
    }

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

    private static void CheckDepth(int depth)
    {
        if (depth > DeepestNesting)
            throw new BadImageFormatException("Types are nested in a circle.");
    }

    private static void CheckLength(MetadataReader reader, BlobHandle signature)
    {
        if (reader.GetBlobReader(signature).Length > LongestSignature)
            throw new BadImageFormatException($"A signature has more than {LongestSignature} bytes.");
    }

    private static string? ScopeOf(MetadataReader reader, TypeReferenceHandle handle, int depth = 0)
    {
        CheckDepth(depth);
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => ScopeOf(reader, (TypeReferenceHandle)scope, depth + 1),
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }
}
