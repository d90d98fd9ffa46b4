namespace Theseus.Generators;

/// <summary>The full names of what the generator and the analyzers look for.</summary>
internal static class KnownNames
{
    public const string Contract = "Theseus.ContractAttribute";
    public const string GenerateProxy = "Theseus.GenerateProxyAttribute";
    public const string Idempotent = "Theseus.IdempotentAttribute";
    public const string RoutingKey = "Theseus.RoutingKeyAttribute";
}
