using Microsoft.CodeAnalysis;

namespace Theseus.Generators;

/// <summary>Questions to symbols that the generator and the analyzers both ask.</summary>
internal static class SymbolFacts
{
    private static readonly SymbolDisplayFormat s_fullName = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>Namespace, containing types and name, without type arguments: <c>System.Threading.Tasks.Task</c>.</summary>
    public static string FullName(this ISymbol symbol) => symbol.OriginalDefinition.ToDisplayString(s_fullName);

    public static AttributeData? Attribute(this ISymbol symbol, string fullName)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass?.FullName() == fullName)
            {
                return attribute;
            }
        }

        return null;
    }

    public static bool Has(this ISymbol symbol, string attribute) => symbol.Attribute(attribute) is not null;

    /// <summary>Whether the type is the named one, with so many type arguments.</summary>
    public static bool Is(this ITypeSymbol type, string fullName, int arity = 0) =>
        type is INamedTypeSymbol named && named.Arity == arity && named.FullName() == fullName;

    /// <summary>Whether a value of the type may live on the stack only.</summary>
    public static bool IsRefLike(this ITypeSymbol type) =>
        type.IsRefLikeType || type is ITypeParameterSymbol { AllowsRefLikeType: true };

    public static bool IsPointer(this ITypeSymbol type) =>
        type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer;

    /// <summary>The least accessibility of a type and of those it is nested in.</summary>
    public static Accessibility EffectiveAccessibility(this INamedTypeSymbol type)
    {
        var least = Accessibility.Public;
        for (var current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsFileLocal)
            {
                return Accessibility.Private;
            }

            least = current.DeclaredAccessibility switch
            {
                Accessibility.Public => least,
                Accessibility.Internal or Accessibility.ProtectedOrInternal when least is not Accessibility.Private => Accessibility.Internal,
                _ => Accessibility.Private,
            };
        }

        return least;
    }

    /// <summary>The contract and every interface it inherits.</summary>
    public static IEnumerable<INamedTypeSymbol> WithInherited(this INamedTypeSymbol contract)
    {
        yield return contract;
        foreach (var inherited in contract.AllInterfaces)
        {
            yield return inherited;
        }
    }

    /// <summary>Whether a class that implements the interface can or must give a member of its own for this one.</summary>
    public static bool IsOverridable(this ISymbol member) => member.IsAbstract || member.IsVirtual;
}
