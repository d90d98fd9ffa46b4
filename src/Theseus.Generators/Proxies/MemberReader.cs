using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Proxies;

/// <summary>Reads the members of a contract, one after the other, and numbers those that are forwarded.</summary>
internal sealed class MemberReader(Compilation compilation)
{
    private readonly HashSet<string> _names = [];
    private int _next;

    public List<MemberModel> Members { get; } = [];

    public void Read(ISymbol member)
    {
        if (member.IsStatic || !member.IsOverridable() || !CanImplement(member))
        {
            return;
        }

        switch (member)
        {
            case IMethodSymbol { MethodKind: MethodKind.Ordinary } method:
                Members.Add(Member(method, method.ReturnType, method.RefKind, method.Parameters, MemberShape.Method) with
                {
                    TypeParameters = new(method.TypeParameters.Select(ContractReader.TypeParameter)),
                    Read = Call(method, method, method.Name, method.Report()),
                });
                break;

            case IPropertySymbol { ExplicitInterfaceImplementations.Length: 0 } property:
                var name = property.IsIndexer ? "this" + property.Report().Substring("this".Length) : property.Name;
                Members.Add(Member(property, property.Type, property.RefKind, property.Parameters, property.IsIndexer ? MemberShape.Indexer : MemberShape.Property) with
                {
                    Read = Accessor(property, property.GetMethod, name),
                    Write = Accessor(property, property.SetMethod, name),
                    HasInit = property.SetMethod is { IsInitOnly: true },
                });
                break;

            case IEventSymbol { ExplicitInterfaceImplementations.Length: 0 } raised:
                Members.Add(Member(raised, raised.Type, RefKind.None, [], MemberShape.Event));
                break;
        }
    }

    // A protected member with a body is only called by the interface's own bodies, which run on the implementation.
    private bool CanImplement(ISymbol member) =>
        member.IsAbstract || (member.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
            && compilation.IsSymbolAccessibleWithin(member, compilation.Assembly));

    private static MemberModel Member(ISymbol member, ITypeSymbol type, RefKind refKind, IReadOnlyCollection<IParameterSymbol> parameters, MemberShape shape)
    {
        var prefix = refKind switch { RefKind.Ref => "ref ", RefKind.RefReadOnly => "ref readonly ", _ => "" };
        return new(
            shape,
            member.ContainingType.Code(),
            CodeNames.Escape(member.Name),
            prefix + type.Code(),
            [],
            new(parameters.Select(parameter => Parameter(parameter, token: null))),
            Read: null,
            Write: null,
            HasInit: false,
            type.IsPointer() || parameters.Any(parameter => parameter.Type.IsPointer()),
            member.Has("System.ObsoleteAttribute"));
    }

    private CallModel? Accessor(IPropertySymbol property, IMethodSymbol? accessor, string name)
    {
        if (accessor is null || !accessor.IsOverridable())
        {
            return null;
        }

        var kind = accessor.MethodKind == MethodKind.PropertyGet ? "get" : accessor.IsInitOnly ? "init" : "set";
        return Call(accessor, property, $"{(property.IsIndexer ? "Item" : property.Name)}_{kind}", $"{name}.{kind}");
    }

    private CallModel Call(IMethodSymbol method, ISymbol marked, string helper, string report)
    {
        var (way, result, refusal) = ContractFacts.Way(method);
        if (way is CallWay.Refused or CallWay.Ignored)
        {
            return new(-1, report, "", "", way, method.ReturnType.Code(), "", [], ReturnsRefLike: false, IsIdempotent: false, refusal);
        }

        // Inherited interfaces may have members of one name; reports must tell them apart.
        report = _names.Add(report) ? report : $"{method.ContainingType.Report()}.{report}";
        var token = method.Parameters.LastOrDefault(parameter => parameter.RefKind == RefKind.None && parameter.Type.Is("System.Threading.CancellationToken"));
        return new(
            _next,
            report,
            $"{helper}_Routed{_next}",
            $"{helper}_Measured{_next++}",
            way,
            method.ReturnType.Code(),
            result?.Code() ?? "",
            new(method.Parameters.Select(parameter => Parameter(parameter, token))),
            method.ReturnType.IsRefLike() || method.ReturnType.IsPointer(),
            (method.Has(KnownNames.Idempotent) || marked.Has(KnownNames.Idempotent)) && ContractFacts.NotRepeatable(method) is null,
            "");
    }

    private static ParameterModel Parameter(IParameterSymbol parameter, IParameterSymbol? token)
    {
        var (modifier, argument) = parameter.RefKind switch
        {
            RefKind.Ref => ("ref ", "ref "),
            RefKind.Out => ("out ", "out "),
            RefKind.In => ("in ", "in "),
            RefKind.RefReadOnlyParameter => ("ref readonly ", "in "),
            _ => ("", ""),
        };
        if (parameter.RefKind == RefKind.Out && parameter.ScopedKind == ScopedKind.None)
        {
            modifier = "[global::System.Diagnostics.CodeAnalysis.UnscopedRef] out ";
        }
        else if (parameter.RefKind != RefKind.Out && parameter.ScopedKind != ScopedKind.None)
        {
            modifier = "scoped " + modifier;
        }

        return new(
            CodeNames.Escape(parameter.Name),
            parameter.Type.Code(),
            modifier,
            argument,
            ContractFacts.KeepingOf(parameter),
            parameter.Type.IsRefLike(),
            SymbolEqualityComparer.Default.Equals(parameter, token),
            parameter.Has(KnownNames.RoutingKey) && parameter.RefKind != RefKind.Out);
    }
}
