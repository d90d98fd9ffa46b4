using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Theseus.Generators.Proxies;

/// <summary>
/// Makes the proxy of each interface that is marked with <c>[Contract]</c>, or named by
/// <c>[assembly: GenerateProxy(typeof(...))]</c>. It reports nothing: the analyzers do.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ProxyGenerator : IIncrementalGenerator
{
    /// <summary>The step that reads contracts of the project's own.</summary>
    internal const string OwnStep = "OwnContracts";

    /// <summary>The step that reads the contracts that an assembly attribute names.</summary>
    internal const string NamedStep = "NamedContracts";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var own = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.Contract,
                static (node, _) => node is InterfaceDeclarationSyntax,
                static (found, _) => ContractReader.Read((INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation))
            .Where(static contract => contract is not null)
            .WithTrackingName(OwnStep);
        context.RegisterSourceOutput(own, static (output, contract) => output.AddSource(contract!.HintName, ProxyWriter.Write(contract)));

        // Collected, since two files may name the same interface.
        var named = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.GenerateProxy,
                static (node, _) => node is CompilationUnitSyntax,
                static (found, _) => new EquatableArray<ContractModel>(Named(found)))
            .Collect()
            .SelectMany(static (files, _) => files.SelectMany(file => file).GroupBy(contract => contract.HintName).Select(same => same.First()))
            .WithTrackingName(NamedStep);
        context.RegisterSourceOutput(named, static (output, contract) => output.AddSource(contract.HintName, ProxyWriter.Write(contract)));
    }

    // A marked contract has its proxy already, in the assembly that declares it.
    private static IEnumerable<ContractModel> Named(GeneratorAttributeSyntaxContext found) => found.Attributes
        .Select(attribute => attribute.ConstructorArguments.FirstOrDefault().Value as INamedTypeSymbol)
        .OfType<INamedTypeSymbol>()
        .Where(contract => !contract.Has(KnownNames.Contract))
        .Select(contract => ContractReader.Read(contract, found.SemanticModel.Compilation))
        .OfType<ContractModel>();
}
