using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Theseus.Generators.Unloading;

/// <summary>Callbacks given to things that outlive the component, and values left in the caller's flow.</summary>
internal static class Registrations
{
    public static void Register(CompilationStartAnalysisContext start)
    {
        start.RegisterOperationAction(Event, OperationKind.EventAssignment);
        start.RegisterOperationAction(Invocation, OperationKind.Invocation);
        start.RegisterOperationAction(AsyncLocal, OperationKind.SimpleAssignment);
    }

    private static void Event(OperationAnalysisContext context)
    {
        var subscription = (IEventAssignmentOperation)context.Operation;
        if (!subscription.Adds || subscription.EventReference is not IEventReferenceOperation { Event: { } raised })
        {
            return;
        }

        // The component's own statics go with it. The domain and the default context are objects, but the process's only ones.
        var isProcessWide = raised.IsStatic || raised.ContainingType.FullName() is "System.AppDomain" or "System.Runtime.Loader.AssemblyLoadContext";
        if (isProcessWide
            && !SymbolEqualityComparer.Default.Equals(raised.ContainingAssembly, context.Compilation.Assembly)
            && !IsRemoved(raised.Name, subscription.Syntax))
        {
            context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.StaticEvent, subscription.Syntax.GetLocation(), $"{raised.ContainingType.Name}.{raised.Name}"));
        }
    }

    private static bool IsRemoved(string name, SyntaxNode within)
    {
        var type = within.FirstAncestorOrSelf<TypeDeclarationSyntax>() ?? within.SyntaxTree.GetRoot();
        return type.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(removal =>
            removal.OperatorToken.ValueText == "-=" && NameOf(removal.Left) == name);
    }

    private static string? NameOf(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText,
        _ => null,
    };

    private static void Invocation(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        var isRegistration = (method.ContainingType?.FullName(), method.Name) switch
        {
            ("System.Threading.CancellationToken", "Register" or "UnsafeRegister") => !EndsWithComponent(call.Instance),
            ("Microsoft.Extensions.Primitives.ChangeToken", "OnChange") => true,
            ("Microsoft.Extensions.Primitives.IChangeToken", "RegisterChangeCallback") => true,
            ("Microsoft.Extensions.Options.IOptionsMonitor" or "Microsoft.Extensions.Options.OptionsMonitorExtensions", "OnChange") => true,
            ("System.Runtime.InteropServices.PosixSignalRegistration", "Create") => true,
            ("System.IObservable", "Subscribe") => IsDiagnosticSource(call.Instance?.Type),
            ("System.ObservableExtensions", "Subscribe") => false,
            ("System.Diagnostics.DiagnosticListener" or "System.Diagnostics.DiagnosticListenerExtensions", "Subscribe" or "SubscribeWithAdapter") => true,
            _ => false,
        };
        if (isRegistration && Ownership.IsDropped(call))
        {
            context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.Registration, call.Syntax.GetLocation(), $"{method.ContainingType!.Name}.{method.Name}"));
        }
    }

    // A token of the component's own source, or the one that is cancelled when it stops.
    private static bool EndsWithComponent(IOperation? token) => token is IPropertyReferenceOperation property
        && (property.Property.Name, property.Property.ContainingType.FullName()) is ("Token", "System.Threading.CancellationTokenSource") or ("Stopping", KnownNames.ComponentContext);

    private static bool IsDiagnosticSource(ITypeSymbol? type) =>
        type is not null
        && (type.Is("System.Diagnostics.DiagnosticListener") || type is INamedTypeSymbol { Arity: 1 } named && named.TypeArguments[0].Is("System.Diagnostics.DiagnosticListener"));

    private static void AsyncLocal(OperationAnalysisContext context)
    {
        var assignment = (ISimpleAssignmentOperation)context.Operation;
        if (assignment.Target is not IPropertyReferenceOperation { Property: { Name: "Value" } property }
            || property.ContainingType.FullName() != "System.Threading.AsyncLocal"
            || IsCleared(assignment.Value)
            || IsAsync(assignment, context.ContainingSymbol))
        {
            return;
        }

        context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.AsyncLocal, assignment.Syntax.GetLocation()));
    }

    private static bool IsCleared(IOperation value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value is IDefaultValueOperation || value.ConstantValue is { HasValue: true, Value: null };
    }

    // The caller's flow does not see what an async method changes in it.
    private static bool IsAsync(IOperation operation, ISymbol member)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
        {
            switch (parent)
            {
                case IAnonymousFunctionOperation lambda:
                    return lambda.Symbol.IsAsync;
                case ILocalFunctionOperation local:
                    return local.Symbol.IsAsync;
            }
        }

        return member is IMethodSymbol { IsAsync: true };
    }
}
