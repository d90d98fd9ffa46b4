using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Contracts;

internal static class ContractRules
{
    public static readonly DiagnosticDescriptor NoProxy = Rule.Error(
        Rule.Contracts,
        "THS1001",
        "No proxy can be made of this contract",
        "No proxy can be made of '{0}': {1}",
        "Callers hold a contract's proxy, never an implementation. Without a proxy the contract cannot be used.");

    public static readonly DiagnosticDescriptor Event = Rule.Error(
        Rule.Contracts,
        "THS1002",
        "A contract has an event",
        "The event '{0}' cannot be proxied: its handlers would be held by one version of the component and be lost with it",
        "Pass a callback for the length of a call, or return an IAsyncEnumerable, which holds its lease until it ends.");

    public static readonly DiagnosticDescriptor RefReturn = Rule.Error(
        Rule.Contracts,
        "THS1003",
        "A contract member returns a reference",
        "'{0}' returns a reference into the component, which would outlive the call's lease: return a value",
        "A reference into an old version would still be read and written after an upgrade.");

    public static readonly DiagnosticDescriptor LiveObject = Rule.Warning(
        Rule.Contracts,
        "THS1004",
        "A contract member gives out a live object of the component",
        "'{0}' gives out {1}, and no lease follows it: after an upgrade it is still the old version, and keeps it loaded",
        "Give out data: values, records, collections, or streams and sequences as the direct result, which hold their lease until they end.");

    public static readonly DiagnosticDescriptor Untyped = Rule.Warning(
        Rule.Contracts,
        "THS1005",
        "A contract member gives out an untyped object",
        "'{0}' gives out an object of any type: if it is the component's own, it keeps the old version loaded",
        "Give out a type that the host and the component share.");

    public static readonly DiagnosticDescriptor NotRepeatable = Rule.Warning(
        Rule.Contracts,
        "THS1006",
        "[Idempotent] has no effect here",
        "[Idempotent] on '{0}' has no effect: {1}",
        "An idempotent call may be made again, so its arguments and its result must be such as can be kept.");

    public static readonly DiagnosticDescriptor NotPublic = Rule.Warning(
        Rule.Contracts,
        "THS1007",
        "A contract is not public",
        "The contract '{0}' is not public: components in other assemblies cannot implement it",
        "A contract lives in an assembly that the host and the component share.");

    public static readonly DiagnosticDescriptor Pointer = Rule.Warning(
        Rule.Contracts,
        "THS1008",
        "A contract member gives out a pointer",
        "'{0}' gives out a pointer: what it points to may go with the component's code",
        "Memory of an unloaded component is gone, and reading it ends the process.");

    public static readonly DiagnosticDescriptor Sequence = Rule.Error(
        Rule.Contracts,
        "THS1009",
        "A contract's sequence cannot be proxied",
        "'{0}' cannot be proxied: {1}",
        "A sequence calls the component when it is enumerated. Take arguments by value; take a ReadOnlySpan or memory in the place of a Span.");

    public static readonly DiagnosticDescriptor Dispose = Rule.Warning(
        Rule.Contracts,
        "THS1010",
        "A contract is disposable",
        "The contract '{0}' inherits '{1}': disposing of its proxy does nothing, since the component's life is the host's affair",
        "Let the component's class be disposable, not its contract: a generation is disposed when it is unloaded.");

    public static readonly DiagnosticDescriptor Protected = Rule.Error(
        Rule.Contracts,
        "THS1011",
        "A contract has a protected abstract member",
        "'{0}' is protected and abstract: only the implementation may call it, so it cannot be forwarded",
        "Make the member public, give it a body, or move it into the component.");

    public static readonly DiagnosticDescriptor RoutingKey = Rule.Warning(
        Rule.Contracts,
        "THS1012",
        "[RoutingKey] has no effect here",
        "[RoutingKey] on the parameter '{0}' has no effect: {1}",
        "Calls stick by one key, which is known when the call begins.");
}
