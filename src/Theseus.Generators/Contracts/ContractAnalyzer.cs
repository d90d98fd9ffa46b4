using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Theseus.Generators.Contracts;

/// <summary>Reports what of a contract cannot be proxied, or not safely.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        ContractRules.NoProxy,
        ContractRules.Event,
        ContractRules.RefReturn,
        ContractRules.LiveObject,
        ContractRules.Untyped,
        ContractRules.NotRepeatable,
        ContractRules.NotPublic,
        ContractRules.Pointer,
        ContractRules.Sequence,
        ContractRules.Dispose,
        ContractRules.Protected,
        ContractRules.RoutingKey,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(
            static symbol =>
            {
                if (symbol.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Interface } contract && contract.Has(KnownNames.Contract))
                {
                    new ContractCheck(contract, contract.Locations[0], symbol.Compilation, symbol.ReportDiagnostic).Run();
                }
            },
            SymbolKind.NamedType);
        context.RegisterCompilationAction(static compilation =>
        {
            foreach (var attribute in compilation.Compilation.Assembly.GetAttributes())
            {
                if (attribute.AttributeClass?.FullName() == KnownNames.GenerateProxy
                    && attribute.ConstructorArguments.FirstOrDefault().Value is INamedTypeSymbol contract
                    && attribute.ApplicationSyntaxReference is { } syntax)
                {
                    var place = Location.Create(syntax.SyntaxTree, syntax.Span);
                    new ContractCheck(contract.OriginalDefinition, place, compilation.Compilation, compilation.ReportDiagnostic).Run();
                }
            }
        });
    }
}
