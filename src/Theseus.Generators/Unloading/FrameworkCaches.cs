using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Theseus.Generators.Unloading;

/// <summary>Uses of framework parts whose static caches refer to the types they are asked about.</summary>
internal static class FrameworkCaches
{
    public static void Register(CompilationStartAnalysisContext start)
    {
        start.RegisterOperationAction(Invocation, OperationKind.Invocation);
        start.RegisterOperationAction(
            Dynamic,
            OperationKind.DynamicInvocation,
            OperationKind.DynamicMemberReference,
            OperationKind.DynamicIndexerAccess,
            OperationKind.DynamicObjectCreation);
        start.RegisterOperationAction(Conversion, OperationKind.Conversion);
        start.RegisterOperationAction(Operator, OperationKind.Binary, OperationKind.Unary, OperationKind.CompoundAssignment, OperationKind.Increment, OperationKind.Decrement);
    }

    private static void Invocation(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        switch (call.TargetMethod.ContainingType?.FullName())
        {
            case "System.ComponentModel.TypeDescriptor":
                Report(context, UnloadingRules.TypeDescriptor);
                break;
            case "System.Reflection.DispatchProxy" when call.TargetMethod.Name == "Create":
                Report(context, UnloadingRules.DispatchProxy);
                break;
            case "System.Text.Json.JsonSerializer":
            case "System.Net.Http.Json.HttpClientJsonExtensions":
            case "System.Net.Http.Json.HttpContentJsonExtensions":
            case "System.Net.Http.Json.JsonContent":
                Json(context, call);
                break;
        }
    }

    private static void Json(OperationAnalysisContext context, IInvocationOperation call)
    {
        if (call.TargetMethod.Parameters.Any(parameter => IsSourceGenerated(parameter.Type)) || call.Arguments.Any(HasGeneratedOptions))
        {
            return;
        }

        // What is serialized: the type argument, or the Type that is passed, or an untyped value.
        var subject = call.TargetMethod.TypeArguments.FirstOrDefault()
            ?? call.Arguments.Select(argument => Unwrapped(argument.Value)).OfType<ITypeOfOperation>().FirstOrDefault()?.TypeOperand;
        var passesType = call.TargetMethod.Parameters.Any(parameter => parameter.Type.Is("System.Type"));
        if (subject is null && !passesType)
        {
            return;
        }

        if (subject is null || subject.SpecialType == SpecialType.System_Object || IsComponents(subject, context.Compilation))
        {
            context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.Json, call.Syntax.GetLocation(), subject?.Name is { Length: > 0 } name ? name : "the value's type"));
        }
    }

    private static bool IsSourceGenerated(ITypeSymbol type) =>
        type.Is("System.Text.Json.Serialization.JsonSerializerContext")
        || type.Is("System.Text.Json.Serialization.Metadata.JsonTypeInfo")
        || type.Is("System.Text.Json.Serialization.Metadata.JsonTypeInfo", 1);

    // The options of a source-generated context: 'MyContext.Default.Options'.
    private static bool HasGeneratedOptions(IArgumentOperation argument)
    {
        if (Unwrapped(argument.Value) is not IPropertyReferenceOperation { Property.Name: "Options", Instance.Type: { } owner })
        {
            return false;
        }

        for (var type = owner; type is not null; type = type.BaseType)
        {
            if (IsSourceGenerated(type))
            {
                return true;
            }
        }

        return false;
    }

    // A framework type in a framework cache does no harm; a type parameter may be anything.
    private static bool IsComponents(ITypeSymbol type, Compilation compilation) => type switch
    {
        ITypeParameterSymbol => true,
        IArrayTypeSymbol array => IsComponents(array.ElementType, compilation),
        INamedTypeSymbol named => !IsFramework(named) || named.TypeArguments.Any(argument => IsComponents(argument, compilation)),
        _ => false,
    };

    private static bool IsFramework(INamedTypeSymbol type) =>
        type.SpecialType != SpecialType.None
        || type.ContainingAssembly?.Name is { } assembly && (assembly.StartsWith("System.", StringComparison.Ordinal) || assembly is "System" or "mscorlib" or "netstandard");

    private static void Dynamic(OperationAnalysisContext context)
    {
        // 'data.Go()' is a member and its invocation: told once.
        if (context.Operation is not { Kind: OperationKind.DynamicMemberReference, Parent.Kind: OperationKind.DynamicInvocation })
        {
            Report(context, UnloadingRules.Dynamic);
        }
    }

    private static void Conversion(OperationAnalysisContext context)
    {
        var conversion = (IConversionOperation)context.Operation;
        if (conversion.Operand.Type?.TypeKind == TypeKind.Dynamic
            && conversion.Type is { TypeKind: not TypeKind.Dynamic, SpecialType: not SpecialType.System_Object })
        {
            context.ReportDiagnostic(Diagnostic.Create(UnloadingRules.Dynamic, conversion.Syntax.GetLocation()));
        }
    }

    private static void Operator(OperationAnalysisContext context)
    {
        if (context.Operation.ChildOperations.Any(operand => operand.Type?.TypeKind == TypeKind.Dynamic))
        {
            Report(context, UnloadingRules.Dynamic);
        }
    }

    private static IOperation Unwrapped(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }

    private static void Report(OperationAnalysisContext context, DiagnosticDescriptor rule) =>
        context.ReportDiagnostic(Diagnostic.Create(rule, context.Operation.Syntax.GetLocation()));
}
