using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Theseus.Generators.Unloading;

/// <summary>Reports, in projects that hold a component, what would keep a version loaded after its upgrade.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnloadingAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        UnloadingRules.Json,
        UnloadingRules.TypeDescriptor,
        UnloadingRules.Dynamic,
        UnloadingRules.DispatchProxy,
        UnloadingRules.Timer,
        UnloadingRules.BackgroundWork,
        UnloadingRules.Wait,
        UnloadingRules.StaticEvent,
        UnloadingRules.Registration,
        UnloadingRules.Handle,
        UnloadingRules.Listener,
        UnloadingRules.AsyncLocal,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (!HoldsComponent(start.Compilation.Assembly.GlobalNamespace, start.CancellationToken))
            {
                return;
            }

            FrameworkCaches.Register(start);
            HeldThings.Register(start);
            BackgroundWork.Register(start);
            Registrations.Register(start);
        });
    }

    private static bool HoldsComponent(INamespaceOrTypeSymbol container, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (container is INamedTypeSymbol { TypeKind: TypeKind.Class } && container.Has(KnownNames.Component))
            || container.GetMembers().OfType<INamespaceOrTypeSymbol>().Any(member => HoldsComponent(member, cancellationToken));
    }
}
