using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Theseus.Generators.Unloading;

/// <summary>Things that the framework refers to until they are disposed: timers, listeners, meters, handles.</summary>
internal static class HeldThings
{
    public static void Register(CompilationStartAnalysisContext start)
    {
        start.RegisterOperationAction(Creation, OperationKind.ObjectCreation);
        start.RegisterOperationAction(Invocation, OperationKind.Invocation);
    }

    private static void Creation(OperationAnalysisContext context)
    {
        var type = ((IObjectCreationOperation)context.Operation).Type;
        switch (type?.FullName())
        {
            case null:
                break;
            case "System.Threading.Timer" or "System.Timers.Timer" or "System.Threading.PeriodicTimer":
                Disposable(context, UnloadingRules.Timer);
                break;
            case "System.Diagnostics.ActivityListener" or "System.Diagnostics.Metrics.MeterListener" or "System.Diagnostics.Metrics.Meter":
                Disposable(context, UnloadingRules.Listener, type.Name);
                break;
            default:
                if (type.BaseType?.FullName() == "System.Diagnostics.Tracing.EventListener")
                {
                    Disposable(context, UnloadingRules.Listener, "EventListener");
                }

                break;
        }
    }

    private static void Invocation(OperationAnalysisContext context)
    {
        var method = ((IInvocationOperation)context.Operation).TargetMethod;
        switch (method.ContainingType?.FullName(), method.Name)
        {
            case ("System.TimeProvider", "CreateTimer"):
                Disposable(context, UnloadingRules.Timer);
                break;
            case ("System.Runtime.InteropServices.GCHandle", "Alloc"):
                if (!Ownership.IsReleased(context.Operation, "Free"))
                {
                    Report(context, UnloadingRules.Handle);
                }

                break;
            case ("System.Threading.ThreadPool", "RegisterWaitForSingleObject" or "UnsafeRegisterWaitForSingleObject"):
                if (!Ownership.IsReleased(context.Operation, "Unregister"))
                {
                    Report(context, UnloadingRules.Wait);
                }

                break;
        }
    }

    private static void Disposable(OperationAnalysisContext context, DiagnosticDescriptor rule, params object[] arguments)
    {
        if (!Ownership.IsReleased(context.Operation, "Dispose", "DisposeAsync", "Close"))
        {
            Report(context, rule, arguments);
        }
    }

    private static void Report(OperationAnalysisContext context, DiagnosticDescriptor rule, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, context.Operation.Syntax.GetLocation(), arguments));
}
