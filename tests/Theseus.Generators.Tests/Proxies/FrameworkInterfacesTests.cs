using Microsoft.CodeAnalysis;
using Theseus.Generators.Proxies;

namespace Theseus.Generators.Tests.Proxies;

public sealed class FrameworkInterfacesTests
{
    // Hundreds of interfaces that nobody wrote with this generator in mind.
    [Fact]
    public void EveryPublicInterfaceOfTheFrameworkThatCanHaveAProxyHasOneThatCompiles()
    {
        var compilation = Compiled.Of();
        var interfaces = compilation.References
            .Select(compilation.GetAssemblyOrModuleSymbol).OfType<IAssemblySymbol>()
            .Where(assembly => assembly.Name.StartsWith("System", StringComparison.Ordinal) || assembly.Name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal))
            .SelectMany(assembly => Interfaces(assembly.GlobalNamespace))
            // Whoever names an interface that is obsolete to the point of an error is told so without us.
            .Where(type => !type.Has("System.ObsoleteAttribute"))
            .Where(type => ContractFacts.Obstacle(type, compilation) is null && compilation.GetTypeByMetadataName(MetadataName(type)) is not null)
            .ToArray();
        Assert.InRange(interfaces.Length, 100, 10_000);

        var attributes = interfaces.Select(type => $"[assembly: GenerateProxy(typeof({(type.IsGenericType ? type.ConstructUnboundGenericType() : type).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}))]");
        var driver = Compiled.Driver().RunGeneratorsAndUpdateCompilation(
            Compiled.Of("#pragma warning disable\n" + string.Join("\n", attributes)), out var generated, out var diagnostics);

        Assert.Empty(diagnostics);
        Assert.Equal(interfaces.Length, driver.GetRunResult().GeneratedTrees.Length);
        Assert.Empty(generated.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Take(20));
    }

    private static IEnumerable<INamedTypeSymbol> Interfaces(INamespaceOrTypeSymbol container) => container.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(member => Interfaces(member).Concat(member is INamedTypeSymbol { TypeKind: TypeKind.Interface } type && type.EffectiveAccessibility() == Accessibility.Public ? [type] : []));

    private static string MetadataName(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? $"{MetadataName(outer)}+{type.MetadataName}"
        : type.ContainingNamespace.IsGlobalNamespace ? type.MetadataName
        : $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";
}
