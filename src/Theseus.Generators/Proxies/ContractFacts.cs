using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Proxies;

/// <summary>What can be proxied and how: asked by the generator, and by the analyzer that explains it.</summary>
internal static class ContractFacts
{
    /// <summary>Why a contract can have no proxy at all; null if it can.</summary>
    public static string? Obstacle(INamedTypeSymbol contract, Compilation compilation)
    {
        if (contract.TypeKind != TypeKind.Interface)
        {
            return "it is not an interface";
        }

        if (contract.EffectiveAccessibility() == Accessibility.Private || !compilation.IsSymbolAccessibleWithin(contract, compilation.Assembly))
        {
            return "no proxy can name it: it is private, protected, file-local or another assembly's internal";
        }

        foreach (var type in contract.WithInherited())
        {
            foreach (var member in type.GetMembers())
            {
                if (member is { IsStatic: true, IsAbstract: true })
                {
                    return $"its member '{member.Name}' is static and abstract: it belongs to the implementing type, and a proxy stands for an instance";
                }

                if (member.IsAbstract && !compilation.IsSymbolAccessibleWithin(member, compilation.Assembly)
                    && member.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedAndInternal)
                {
                    return $"its member '{member.Name}' is internal to another assembly";
                }
            }
        }

        return null;
    }

    /// <summary>How a call of this method or accessor holds its lease, and why it is refused if it is.</summary>
    public static (CallWay Way, ITypeSymbol? Result, string Refusal) Way(IMethodSymbol method)
    {
        var returns = method.ReturnType;
        if (method.ContainingType.SpecialType == SpecialType.System_IDisposable || method.ContainingType.Is("System.IAsyncDisposable"))
        {
            return (CallWay.Ignored, null, "");
        }

        if (method.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedAndInternal)
        {
            return (CallWay.Refused, null, "it is protected: only the implementation may call it");
        }

        if (method.RefKind != RefKind.None)
        {
            return (CallWay.Refused, null, "it returns a reference into the component, which would outlive the call's lease");
        }

        if (method.MethodKind == MethodKind.PropertySet)
        {
            return method.IsInitOnly
                ? (CallWay.Refused, null, "an init accessor can only be called while an object is created")
                : (CallWay.Synchronous, null, "");
        }

        var (way, result) = ByReturnType(returns);
        if (IsLazy(way) && result is not null && result.IsRefLike())
        {
            return (CallWay.Refused, null, "it returns a lazy sequence whose elements may live on the stack only");
        }

        if (IsLazy(way) && method.Parameters.FirstOrDefault(parameter => KeepingOf(parameter) == Keeping.Impossible) is { } lost)
        {
            return (CallWay.Refused, null, $"it returns a lazy sequence, but the argument of its parameter '{lost.Name}' cannot be kept until the sequence is enumerated");
        }

        return (way, result, "");
    }

    /// <summary>Whether the component is called when the result is enumerated, not before.</summary>
    public static bool IsLazy(CallWay way) => way is CallWay.Sequence or CallWay.UntypedSequence or CallWay.AsyncSequence
        or CallWay.Enumerator or CallWay.UntypedEnumerator or CallWay.AsyncEnumerator;

    /// <summary>How a parameter's argument can be kept for a later or second call.</summary>
    public static Keeping KeepingOf(IParameterSymbol parameter)
    {
        if (parameter.RefKind is RefKind.Ref or RefKind.Out || parameter.Type.IsPointer())
        {
            return Keeping.Impossible;
        }

        if (parameter.Type.IsRefLike())
        {
            return parameter.RefKind == RefKind.None && parameter.Type.Is("System.ReadOnlySpan", 1) ? Keeping.CopiedToArray : Keeping.Impossible;
        }

        return parameter.RefKind == RefKind.None ? Keeping.AsItIs : Keeping.Copied;
    }

    /// <summary>Why a method that is marked idempotent is never called twice; null if it can be.</summary>
    public static string? NotRepeatable(IMethodSymbol method)
    {
        switch (Way(method).Way)
        {
            case CallWay.Stream or CallWay.TaskOfStream or CallWay.ValueTaskOfStream:
                return "it returns a stream";
            case var way when IsLazy(way):
                return "it returns a sequence";
            case CallWay.Refused or CallWay.Ignored:
                return "it is not forwarded";
        }

        if (method.ReturnType.IsRefLike() || method.ReturnType.IsPointer())
        {
            return "its result cannot be kept";
        }

        foreach (var parameter in method.Parameters)
        {
            if (KeepingOf(parameter) == Keeping.Impossible)
            {
                return $"the argument of its parameter '{parameter.Name}' cannot be kept for a second call";
            }
        }

        return null;
    }

    private static (CallWay Way, ITypeSymbol? Result) ByReturnType(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol named)
        {
            return (CallWay.Synchronous, null);
        }

        var result = named.Arity == 1 ? named.TypeArguments[0] : null;
        return (named.FullName(), named.Arity) switch
        {
            ("System.Threading.Tasks.Task", 0) => (CallWay.Task, null),
            ("System.Threading.Tasks.Task", 1) => (IsStream(result!) ? CallWay.TaskOfStream : CallWay.TaskOfResult, result),
            ("System.Threading.Tasks.ValueTask", 0) => (CallWay.ValueTask, null),
            ("System.Threading.Tasks.ValueTask", 1) => (IsStream(result!) ? CallWay.ValueTaskOfStream : CallWay.ValueTaskOfResult, result),
            ("System.IO.Stream", 0) => (CallWay.Stream, null),
            ("System.Collections.Generic.IEnumerable", 1) => (CallWay.Sequence, result),
            ("System.Collections.Generic.IAsyncEnumerable", 1) => (CallWay.AsyncSequence, result),
            ("System.Collections.Generic.IEnumerator", 1) => (CallWay.Enumerator, result),
            ("System.Collections.Generic.IAsyncEnumerator", 1) => (CallWay.AsyncEnumerator, result),
            ("System.Collections.IEnumerable", 0) => (CallWay.UntypedSequence, null),
            ("System.Collections.IEnumerator", 0) => (CallWay.UntypedEnumerator, null),
            _ => (CallWay.Synchronous, null),
        };
    }

    private static bool IsStream(ITypeSymbol type) => type.Is("System.IO.Stream");
}
