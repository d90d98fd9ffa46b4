using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Components;

internal static class ComponentRules
{
    public static readonly DiagnosticDescriptor NotCreatable = Rule.Error(
        Rule.Components,
        "THS2001",
        "A component class cannot be created by the host",
        "The component class '{0}' cannot be created by the host: {1}",
        "A component is one public, concrete class, so that a host that only knows its contract can make it.");

    public static readonly DiagnosticDescriptor ContractMissing = Rule.Error(
        Rule.Components,
        "THS2002",
        "A component class does not implement its contract",
        "The component class '{0}' names the contract '{1}', but {2}",
        "The host calls a component through its contract only.");

    public static readonly DiagnosticDescriptor Constructors = Rule.Error(
        Rule.Components,
        "THS2003",
        "A component class has not one public constructor",
        "The component class '{0}' has {1} public constructors: the host must know which one to call, so it must have one",
        "Its parameters are resolved from the generation's own container.");

    public static readonly DiagnosticDescriptor Several = Rule.Error(
        Rule.Components,
        "THS2004",
        "A project has several component classes",
        "'{0}' is a second component in this project, beside '{1}': a release holds one component",
        "Each component is upgraded by itself, so each has a project and a package of its own.");

    public static readonly DiagnosticDescriptor SchemaMissing = Rule.Error(
        Rule.Components,
        "THS2005",
        "A component's state has no schema version",
        "The component class '{0}' hands its state over, but no [StateSchema] says in which version",
        "Without a schema version the host cannot know which migrations lead from one release's state to another's.");

    public static readonly DiagnosticDescriptor Migration = Rule.Error(
        Rule.Components,
        "THS2006",
        "A state migration cannot be used",
        "The migration '{0}' cannot be used: {1}",
        "The host finds migrations by [StateMigration], and makes them without arguments.");

    public static readonly DiagnosticDescriptor MigrationOrder = Rule.Error(
        Rule.Components,
        "THS2007",
        "A state migration does not lead to a later schema version",
        "The migration '{0}' leads from schema version {1} to {2}: it must lead to a greater one",
        "The way back is IReversibleStateMigration.UndoAsync, not a migration of its own.");

    public static readonly DiagnosticDescriptor Name = Rule.Error(
        Rule.Components,
        "THS2008",
        "A component's name is not valid",
        "'{0}' is not a component's name: it has 1 to 64 characters of a-z, 0-9, '.', '-' and '_', and begins with a letter",
        "The name stands in file names, configuration sections and reports.");

    public static readonly DiagnosticDescriptor SchemaVersion = Rule.Error(
        Rule.Components,
        "THS2009",
        "A state schema's version is not valid",
        "The schema version {0} of '{1}' is not valid: versions begin with 1",
        "Zero stands for 'no state' in a release's manifest.");
}
