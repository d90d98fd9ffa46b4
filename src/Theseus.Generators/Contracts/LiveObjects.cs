using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Contracts;

/// <summary>Tells data from live objects: things that would run, or be, the component's own code after the call.</summary>
internal static class LiveObjects
{
    private static readonly HashSet<string> s_followed =
    [
        "System.IO.Stream",
        "System.Collections.IEnumerable",
        "System.Collections.IEnumerator",
        "System.Collections.Generic.IEnumerable",
        "System.Collections.Generic.IEnumerator",
        "System.Collections.Generic.IAsyncEnumerable",
        "System.Collections.Generic.IAsyncEnumerator",
    ];

    private static readonly HashSet<string> s_tasks = ["System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask"];

    // Of the framework's abstract types, those that are data.
    private static readonly HashSet<string> s_data =
    [
        "System.Text.Json.Nodes.JsonNode",
        "System.Xml.Linq.XObject",
        "System.Xml.Linq.XNode",
        "System.Xml.Linq.XContainer",
        "System.Xml.XmlNode",
        "System.Text.Encoding",
        "System.TimeZoneInfo",
        "System.Linq.IGrouping",
        "System.Linq.ILookup",
        "System.Array",
        "System.Enum",
        "System.ValueType",
    ];

    /// <summary>What of the type is alive, in words; null if it is data.</summary>
    public static string? In(ITypeSymbol type) => In(type, isDirect: true);

    private static string? In(ITypeSymbol type, bool isDirect)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                return In(array.ElementType, isDirect: false);
            case not INamedTypeSymbol:
                return null;
        }

        var named = (INamedTypeSymbol)type;
        if (named.SpecialType is SpecialType.System_Object or SpecialType.System_Void || named.TypeKind is TypeKind.Enum or TypeKind.Error)
        {
            return null;
        }

        if (named.TypeKind == TypeKind.Delegate)
        {
            return $"the delegate '{named.Report()}'";
        }

        if (named.IsRefLikeType)
        {
            return $"the span '{named.Report()}'";
        }

        if (IsException(named))
        {
            return $"the exception '{named.Report()}', which refers to the code that threw it";
        }

        var name = named.FullName();
        if (name == "System.Lazy")
        {
            return $"the lazy '{named.Report()}'";
        }

        if (s_followed.Contains(name) && !isDirect)
        {
            return $"the lazy '{named.Report()}' inside another type";
        }

        // A task's stream is followed; a task's sequence is not.
        var isTask = s_tasks.Contains(name);
        foreach (var argument in named.TypeArguments)
        {
            if (!(isTask && argument.Is("System.IO.Stream")) && In(argument, isDirect: false) is { } alive)
            {
                return alive;
            }
        }

        if (s_followed.Contains(name) || isTask || s_data.Contains(name) || IsFrameworkData(named))
        {
            return null;
        }

        return named.TypeKind switch
        {
            TypeKind.Interface when HasBehaviour(named) => $"the interface '{named.Report()}'",
            TypeKind.Class when named.IsAbstract && IsOpen(named) && HasBehaviour(named) => $"the abstract class '{named.Report()}'",
            _ => null,
        };
    }

    private static bool IsException(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.FullName() == "System.Exception")
            {
                return true;
            }
        }

        return false;
    }

    // The collections' interfaces are taken for data, though they need not be.
    private static bool IsFrameworkData(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space.StartsWith("System.Collections", StringComparison.Ordinal)
            || (space.StartsWith("System", StringComparison.Ordinal) && !type.IsAbstract);
    }

    // Where only the shared assembly can derive from the class, its kinds are known, and are data.
    private static bool IsOpen(INamedTypeSymbol type) =>
        type.InstanceConstructors.Any(constructor => constructor.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
            && !(type.IsRecord && constructor.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, type)));

    private static bool HasBehaviour(INamedTypeSymbol type)
    {
        if (type.GetMembers().Any(member => !member.IsStatic && !member.IsImplicitlyDeclared && IsBehaviour(member)))
        {
            return true;
        }

        return type.TypeKind == TypeKind.Interface
            ? type.AllInterfaces.Any(inherited => HasBehaviour(inherited))
            : type.BaseType is { SpecialType: not SpecialType.System_Object } parent && HasBehaviour(parent);
    }

    private static bool IsBehaviour(ISymbol member) => member.IsOverridable() && member switch
    {
        IEventSymbol => true,
        IMethodSymbol { MethodKind: MethodKind.Ordinary, Name: not ("PrintMembers" or "<Clone>$" or "Equals" or "CompareTo") } => true,
        _ => false,
    };

    private static string Report(this INamedTypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
