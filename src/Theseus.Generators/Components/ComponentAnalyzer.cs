using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Theseus.Generators.Components;

/// <summary>Reports what is wrong with a component's class and with its migrations.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ComponentAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        ComponentRules.NotCreatable,
        ComponentRules.ContractMissing,
        ComponentRules.Constructors,
        ComponentRules.Several,
        ComponentRules.SchemaMissing,
        ComponentRules.Migration,
        ComponentRules.MigrationOrder,
        ComponentRules.Name,
        ComponentRules.SchemaVersion,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            var components = new ConcurrentBag<INamedTypeSymbol>();
            start.RegisterSymbolAction(
                symbol =>
                {
                    if (symbol.Symbol is not INamedTypeSymbol { TypeKind: TypeKind.Class } type)
                    {
                        return;
                    }

                    if (type.Attribute(KnownNames.Component) is { } component)
                    {
                        components.Add(type);
                        CheckComponent(type, component, symbol.ReportDiagnostic);
                    }

                    CheckMigration(type, symbol.ReportDiagnostic);
                },
                SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end =>
            {
                var ordered = components.OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal).ToArray();
                foreach (var second in ordered.Skip(1))
                {
                    end.ReportDiagnostic(Diagnostic.Create(ComponentRules.Several, second.Locations[0], second.Name, ordered[0].Name));
                }
            });
        });
    }

    private static void CheckComponent(INamedTypeSymbol type, AttributeData component, Action<Diagnostic> report)
    {
        void Report(DiagnosticDescriptor rule, params object[] arguments) => report(Diagnostic.Create(rule, type.Locations[0], arguments));

        var obstacle = type.IsAbstract ? "it is abstract or static"
            : type.EffectiveAccessibility() != Accessibility.Public ? "it is not public, or is nested in a type that is not"
            : type.IsGenericType ? "it is generic"
            : null;
        if (obstacle is not null)
        {
            Report(ComponentRules.NotCreatable, type.Name, obstacle);
        }

        var constructors = type.InstanceConstructors.Count(constructor => constructor.DeclaredAccessibility == Accessibility.Public);
        if (constructors != 1 && !type.IsAbstract)
        {
            Report(ComponentRules.Constructors, type.Name, constructors == 0 ? "no" : constructors);
        }

        if (component.ConstructorArguments.Length == 2)
        {
            if (component.ConstructorArguments[0].Value is string name && !IsName(name))
            {
                Report(ComponentRules.Name, name);
            }

            if (component.ConstructorArguments[1].Value is INamedTypeSymbol contract && contract.TypeKind != TypeKind.Error)
            {
                if (contract.TypeKind != TypeKind.Interface)
                {
                    Report(ComponentRules.ContractMissing, type.Name, contract.Name, "that is not an interface");
                }
                else if (!type.AllInterfaces.Contains(contract, SymbolEqualityComparer.Default))
                {
                    Report(ComponentRules.ContractMissing, type.Name, contract.Name, "does not implement it");
                }
            }
        }

        if (type.Attribute(KnownNames.StateSchema) is { } schema)
        {
            if (schema.ConstructorArguments.FirstOrDefault().Value is int and < 1 and var version)
            {
                Report(ComponentRules.SchemaVersion, version, type.Name);
            }
        }
        else if (type.AllInterfaces.Any(state => state.Is(KnownNames.TransferableState)))
        {
            Report(ComponentRules.SchemaMissing, type.Name);
        }
    }

    private static void CheckMigration(INamedTypeSymbol type, Action<Diagnostic> report)
    {
        void Report(DiagnosticDescriptor rule, params object[] arguments) => report(Diagnostic.Create(rule, type.Locations[0], arguments));

        var mark = type.Attribute(KnownNames.StateMigration);
        var migrates = type.AllInterfaces.Any(migration => migration.Is(KnownNames.StateMigrationInterface));
        if (mark is null && (!migrates || type.IsAbstract))
        {
            return;
        }

        var obstacle = mark is null ? "no [StateMigration] says between which schema versions it leads"
            : !migrates ? "it does not implement IStateMigration"
            : type.IsAbstract ? "it is abstract"
            : type.IsGenericType ? "it is generic"
            : !type.InstanceConstructors.Any(constructor => constructor is { DeclaredAccessibility: Accessibility.Public, Parameters.Length: 0 }) ? "it has no public constructor without parameters"
            : null;
        if (obstacle is not null)
        {
            Report(ComponentRules.Migration, type.Name, obstacle);
        }

        if (mark is { ConstructorArguments.Length: 2 } && mark.ConstructorArguments[0].Value is int from && mark.ConstructorArguments[1].Value is int to && to <= from)
        {
            Report(ComponentRules.MigrationOrder, type.Name, from, to);
        }
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 64
        && name[0] is >= 'a' and <= 'z'
        && name.All(unit => unit is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '-' or '_');
}
