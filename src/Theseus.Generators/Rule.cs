using Microsoft.CodeAnalysis;

namespace Theseus.Generators;

/// <summary>Makes the descriptors of diagnostics. Each id has a section in docs/reference/diagnostics.md.</summary>
internal static class Rule
{
    public const string Contracts = "Theseus.Contracts";
    public const string Components = "Theseus.Components";
    public const string Unloading = "Theseus.Unloading";

    public static DiagnosticDescriptor Error(string category, string id, string title, string message, string description) =>
        Make(category, id, title, message, description, DiagnosticSeverity.Error);

    public static DiagnosticDescriptor Warning(string category, string id, string title, string message, string description) =>
        Make(category, id, title, message, description, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Make(string category, string id, string title, string message, string description, DiagnosticSeverity severity) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, description, $"docs/reference/diagnostics.md#{id.ToLowerInvariant()}");
}
