using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Proxies;

/// <summary>Reads a contract's symbol into a model.</summary>
internal static class ContractReader
{
    /// <summary>Reads a contract; null if it can have no proxy, which the analyzer reports.</summary>
    public static ContractModel? Read(INamedTypeSymbol contract, Compilation compilation)
    {
        contract = contract.OriginalDefinition;
        if (ContractFacts.Obstacle(contract, compilation) is not null)
        {
            return null;
        }

        var space = contract.ContainingNamespace.IsGlobalNamespace ? "" : contract.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)) + ".";
        return new ContractModel(
            CodeNames.Hint(contract),
            space + "TheseusProxies",
            CodeNames.Proxy(contract),
            contract.EffectiveAccessibility() == Accessibility.Public,
            contract.Code(),
            TypeParametersOf(contract).Any() ? contract.ConstructUnboundGenericType().Code() : contract.Code(),
            new(TypeParametersOf(contract).Select(TypeParameter)),
            new(Members(contract, compilation)));
    }

    public static TypeParameterModel TypeParameter(ITypeParameterSymbol type)
    {
        var constraints = new List<string>();
        if (type.HasUnmanagedTypeConstraint)
        {
            constraints.Add("unmanaged");
        }
        else if (type.HasValueTypeConstraint)
        {
            constraints.Add("struct");
        }
        else if (type.HasReferenceTypeConstraint)
        {
            constraints.Add(type.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        }
        else if (type.HasNotNullConstraint)
        {
            constraints.Add("notnull");
        }

        constraints.AddRange(type.ConstraintTypes.Select(constraint => constraint.Code()));
        if (type.HasConstructorConstraint)
        {
            constraints.Add("new()");
        }

        if (type.AllowsRefLikeType)
        {
            constraints.Add("allows ref struct");
        }

        return new(
            CodeNames.Escape(type.Name),
            string.Join(", ", constraints),
            type.IsReferenceType ? "class" : type.IsValueType ? "struct" : "default");
    }

    private static IEnumerable<ITypeParameterSymbol> TypeParametersOf(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? TypeParametersOf(outer).Concat(type.TypeParameters) : type.TypeParameters;

    private static List<MemberModel> Members(INamedTypeSymbol contract, Compilation compilation)
    {
        var reader = new MemberReader(compilation);
        foreach (var type in contract.WithInherited())
        {
            foreach (var member in type.GetMembers())
            {
                reader.Read(member);
            }
        }

        return reader.Members;
    }
}
