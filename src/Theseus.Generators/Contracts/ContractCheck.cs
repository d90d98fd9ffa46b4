using Microsoft.CodeAnalysis;
using Theseus.Generators.Proxies;

namespace Theseus.Generators.Contracts;

/// <summary>Checks one contract with all it inherits.</summary>
/// <param name="contract">The contract.</param>
/// <param name="place">Where to report what has no place of its own in it.</param>
/// <param name="compilation">The compilation that makes the proxy.</param>
/// <param name="report">Takes the diagnostics.</param>
internal sealed class ContractCheck(INamedTypeSymbol contract, Location place, Compilation compilation, Action<Diagnostic> report)
{
    public void Run()
    {
        if (ContractFacts.Obstacle(contract, compilation) is { } obstacle)
        {
            report(Diagnostic.Create(ContractRules.NoProxy, place, contract.Name, obstacle));
            return;
        }

        if (contract.EffectiveAccessibility() != Accessibility.Public)
        {
            report(Diagnostic.Create(ContractRules.NotPublic, place, contract.Name));
        }

        foreach (var type in contract.WithInherited())
        {
            if (type.SpecialType == SpecialType.System_IDisposable || type.Is("System.IAsyncDisposable"))
            {
                report(Diagnostic.Create(ContractRules.Dispose, place, contract.Name, type.Name));
                continue;
            }

            foreach (var member in type.GetMembers().Where(member => !member.IsStatic && member.IsOverridable()))
            {
                Check(member);
            }
        }
    }

    private void Check(ISymbol member)
    {
        switch (member)
        {
            case IEventSymbol:
                Report(ContractRules.Event, member, member.Name);
                break;
            case IMethodSymbol { MethodKind: MethodKind.Ordinary } method:
                CheckCall(method, method, method.Has(KnownNames.Idempotent));
                break;
            case IPropertySymbol property:
                var accessors = new[] { property.GetMethod, property.SetMethod }.OfType<IMethodSymbol>().ToArray();
                CheckProperty(property, accessors);
                break;
        }
    }

    private void CheckProperty(IPropertySymbol property, IMethodSymbol[] accessors)
    {
        if (property.GetMethod is { } getter)
        {
            CheckCall(getter, property, isIdempotent: false);
        }

        // One mark for both: without effect only if it has none on either.
        var reasons = accessors.Select(ContractFacts.NotRepeatable).ToArray();
        if (property.Has(KnownNames.Idempotent) && reasons.All(reason => reason is not null))
        {
            Report(ContractRules.NotRepeatable, property, property.Name, reasons[0]!);
        }
    }

    private void CheckCall(IMethodSymbol method, ISymbol member, bool isIdempotent)
    {
        if (method.RefKind != RefKind.None)
        {
            Report(ContractRules.RefReturn, member, member.Name);
            return;
        }

        if (method.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedAndInternal)
        {
            if (method.IsAbstract)
            {
                Report(ContractRules.Protected, member, member.Name);
            }

            return;
        }

        if (ContractFacts.Way(method) is (CallWay.Refused, _, var refusal))
        {
            Report(ContractRules.Sequence, member, member.Name, refusal);
            return;
        }

        GivenOut(method.ReturnType, member);
        foreach (var parameter in method.Parameters.Where(parameter => parameter.RefKind is RefKind.Out or RefKind.Ref))
        {
            GivenOut(parameter.Type, member);
        }

        if (isIdempotent && ContractFacts.NotRepeatable(method) is { } reason)
        {
            Report(ContractRules.NotRepeatable, member, member.Name, reason);
        }

        RoutingKeys(method, member);
    }

    private void GivenOut(ITypeSymbol type, ISymbol member)
    {
        if (type.IsPointer())
        {
            Report(ContractRules.Pointer, member, member.Name);
        }
        else if (IsUntyped(type))
        {
            Report(ContractRules.Untyped, member, member.Name);
        }
        else if (LiveObjects.In(type) is { } alive)
        {
            Report(ContractRules.LiveObject, member, member.Name, alive);
        }
    }

    private static bool IsUntyped(ITypeSymbol type) =>
        type.SpecialType == SpecialType.System_Object
        || type.TypeKind == TypeKind.Dynamic
        || (type is INamedTypeSymbol { Arity: 1 } task && (task.Is("System.Threading.Tasks.Task", 1) || task.Is("System.Threading.Tasks.ValueTask", 1)) && IsUntyped(task.TypeArguments[0]));

    private void RoutingKeys(IMethodSymbol method, ISymbol member)
    {
        var keys = method.Parameters.Where(parameter => parameter.Has(KnownNames.RoutingKey)).ToArray();
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].RefKind == RefKind.Out)
            {
                Report(ContractRules.RoutingKey, member, keys[i].Name, "its value is not known when the call begins");
            }
            else if (keys.Take(i).Any(earlier => earlier.RefKind != RefKind.Out))
            {
                Report(ContractRules.RoutingKey, member, keys[i].Name, "an earlier parameter is the key already");
            }
        }
    }

    // A member that is inherited is reported at the contract: its own place may be another assembly's, or be reported
    // already by another contract.
    private void Report(DiagnosticDescriptor rule, ISymbol member, params object[] arguments)
    {
        var isOwn = SymbolEqualityComparer.Default.Equals(member.ContainingType, contract) && member.Locations[0].IsInSource;
        report(Diagnostic.Create(rule, isOwn ? member.Locations[0] : place, arguments));
    }
}
