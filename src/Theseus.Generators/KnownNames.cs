namespace Theseus.Generators;

/// <summary>The full names of what the generator and the analyzers look for.</summary>
internal static class KnownNames
{
    public const string Component = "Theseus.ComponentAttribute";
    public const string ComponentContext = "Theseus.IComponentContext";
    public const string Contract = "Theseus.ContractAttribute";
    public const string GenerateProxy = "Theseus.GenerateProxyAttribute";
    public const string Idempotent = "Theseus.IdempotentAttribute";
    public const string RoutingKey = "Theseus.RoutingKeyAttribute";
    public const string StateMigration = "Theseus.StateMigrationAttribute";
    public const string StateMigrationInterface = "Theseus.IStateMigration";
    public const string StateSchema = "Theseus.StateSchemaAttribute";
    public const string TransferableState = "Theseus.ITransferableState";
}
