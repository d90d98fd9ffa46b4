using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Theseus.Generators.Unloading;

/// <summary>Work that is started and left to itself.</summary>
internal static class BackgroundWork
{
    public static void Register(CompilationStartAnalysisContext start)
    {
        start.RegisterOperationAction(Invocation, OperationKind.Invocation);
        start.RegisterOperationAction(
            static context =>
            {
                if (((IObjectCreationOperation)context.Operation).Type?.FullName() == "System.Threading.Thread" && !Ownership.IsReleased(context.Operation, "Join"))
                {
                    Report(context, "This thread is never joined");
                }
            },
            OperationKind.ObjectCreation);
    }

    private static void Invocation(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (IsLeftAlone(call))
        {
            Report(context, "This task is never awaited");
        }
        else if ((call.TargetMethod.ContainingType?.FullName(), call.TargetMethod.Name) is ("System.Threading.PeriodicTimer", "WaitForNextTickAsync")
            && call.Arguments.All(argument => argument.IsImplicit || argument.Value is IDefaultValueOperation))
        {
            Report(context, "This loop waits for ticks without a cancellation token");
        }
    }

    // Whatever is called: a loop, a long delay and a wait for what the host holds all begin with a call that gives a task.
    private static bool GivesTask(IInvocationOperation call) =>
        call.TargetMethod.ReturnType.FullName() is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask";

    private static bool IsLeftAlone(IInvocationOperation call)
    {
        if (!GivesTask(call))
        {
            return false;
        }

        if (Ownership.IsDropped(call))
        {
            // An awaited task is a statement of its own too.
            return !Ownership.IsAwaited(call);
        }

        return call.Parent is ISimpleAssignmentOperation { Target: IFieldReferenceOperation field } assignment
            && !Ownership.IsMentioned(field.Field.Name, call.Syntax, assignment.Syntax);
    }

    private static void Report(OperationAnalysisContext context, string what) =>
        context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.BackgroundWork, context.Operation.Syntax.GetLocation(), what));
}
