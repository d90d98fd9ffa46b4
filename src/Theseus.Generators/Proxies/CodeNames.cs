using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Theseus.Generators.Proxies;

/// <summary>How symbols are written in generated code, and how proxies and their parts are called.</summary>
internal static class CodeNames
{
    private static readonly SymbolDisplayFormat s_type = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat s_report = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeParamsRefOut,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    // A call with a dynamic argument would be bound at run time; object is the same type to the runtime.
    public static string Code(this ITypeSymbol type) =>
        type.TypeKind == TypeKind.Dynamic ? "object" + (type.NullableAnnotation == NullableAnnotation.Annotated ? "?" : "") : type.ToDisplayString(s_type);

    public static string Report(this ISymbol symbol) => symbol.ToDisplayString(s_report);

    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>The name of a contract's proxy: different for every contract of a namespace, nested or generic.</summary>
    public static string Proxy(INamedTypeSymbol contract)
    {
        var name = contract.Name;
        var isAmbiguous = name.Contains("__");
        for (var outer = contract.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name = outer.Name + (outer.Arity == 0 ? "" : outer.Arity.ToString(System.Globalization.CultureInfo.InvariantCulture)) + "__" + name;
            isAmbiguous |= outer.Name.Contains("__");
        }

        return name + (isAmbiguous ? Hash(contract.FullName()) : "") + "Proxy";
    }

    /// <summary>A file name for a contract's proxy.</summary>
    public static string Hint(INamedTypeSymbol contract)
    {
        var hint = new StringBuilder(contract.FullName());
        for (var type = contract; type is not null; type = type.ContainingType)
        {
            if (type.Arity > 0)
            {
                hint.Append('_').Append(type.Arity);
            }
        }

        return hint.Append(".Proxy.g.cs").ToString();
    }

    /// <summary>The name, with underscores after it until it is not among those taken.</summary>
    public static string Free(string name, CallModel call, MemberModel member)
    {
        while (call.Parameters.Any(parameter => parameter.Name.TrimStart('@') == name) || member.TypeParameters.Any(type => type.Name.TrimStart('@') == name))
        {
            name += "_";
        }

        return name;
    }

    // FNV-1a: the same in every process, unlike string.GetHashCode.
    private static string Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var unit in text)
        {
            hash = unchecked((hash ^ unit) * 16777619u);
        }

        return "_" + hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
