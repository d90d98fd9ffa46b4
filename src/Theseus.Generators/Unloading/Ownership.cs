using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Theseus.Generators.Unloading;

/// <summary>
/// Asks what becomes of a value. Names within one type are followed, and doubt speaks for the author: a value that is
/// passed on or returned is another's to release.
/// </summary>
internal static class Ownership
{
    /// <summary>Whether nothing is done with the operation's result.</summary>
    public static bool IsDropped(IOperation operation) => Outermost(operation).Parent switch
    {
        IExpressionStatementOperation => true,
        ISimpleAssignmentOperation { Target: IDiscardOperation } => true,
        // '=> Register(...)' as the body of something that returns nothing
        null => true,
        _ => false,
    };

    /// <summary>Whether the operation's result is awaited.</summary>
    public static bool IsAwaited(IOperation operation)
    {
        for (var value = operation; value != Outermost(operation); value = value.Parent!)
        {
            if (value.Parent is IAwaitOperation)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a value is released: in a using, or by one of the named members of what holds it.</summary>
    public static bool IsReleased(IOperation operation, params string[] by)
    {
        var value = Outermost(operation);
        switch (value.Parent)
        {
            case IExpressionStatementOperation or null:
            case ISimpleAssignmentOperation { Target: IDiscardOperation }:
            case IInvocationOperation call when call.Instance == value:
            case IPropertyReferenceOperation property when property.Instance == value:
                return false;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }:
                return IsInUsing(declarator.Syntax) || IsReleased(declarator.Symbol.Name, operation.Syntax, by, isLocal: true);
            case IFieldInitializerOperation field:
                return field.InitializedFields.Any(held => IsReleased(held.Name, operation.Syntax, by, isLocal: false));
            case IPropertyInitializerOperation property:
                return property.InitializedProperties.Any(held => IsReleased(held.Name, operation.Syntax, by, isLocal: false));
            case IAssignmentOperation assignment when assignment.Value == value:
                return assignment.Target switch
                {
                    ILocalReferenceOperation local => IsReleased(local.Local.Name, operation.Syntax, by, isLocal: true),
                    IMemberReferenceOperation { Instance: null or IInstanceReferenceOperation } member => IsReleased(member.Member.Name, operation.Syntax, by, isLocal: false),
                    _ => true,
                };
            default:
                return true;
        }
    }

    /// <summary>Whether the name is mentioned in the enclosing type other than to be set.</summary>
    public static bool IsMentioned(string name, SyntaxNode within, SyntaxNode except) =>
        Names(name, within).Any(found => !except.Span.Contains(found.Span) && !IsDeclaredOrSet(found));

    private static bool IsReleased(string name, SyntaxNode within, string[] by, bool isLocal)
    {
        foreach (var found in Names(name, within))
        {
            SyntaxNode use = found.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } self ? self : found;
            switch (use.Parent)
            {
                case MemberAccessExpressionSyntax access when access.Expression == use && by.Contains(access.Name.Identifier.ValueText):
                case ConditionalAccessExpressionSyntax conditional when conditional.Expression == use
                    && conditional.WhenNotNull.DescendantNodesAndSelf().OfType<MemberBindingExpressionSyntax>().Any(member => by.Contains(member.Name.Identifier.ValueText)):
                case PostfixUnaryExpressionSyntax { Parent: MemberAccessExpressionSyntax forgiven } when by.Contains(forgiven.Name.Identifier.ValueText):
                case UsingStatementSyntax:
                case ArgumentSyntax:
                case ReturnStatementSyntax when isLocal:
                    return true;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax } or AssignmentExpressionSyntax when isLocal && !IsDeclaredOrSet(use):
                    return true;
            }
        }

        return false;
    }

    private static IEnumerable<IdentifierNameSyntax> Names(string name, SyntaxNode within)
    {
        var type = within.FirstAncestorOrSelf<TypeDeclarationSyntax>() ?? within.SyntaxTree.GetRoot();
        return type.DescendantNodes().OfType<IdentifierNameSyntax>().Where(identifier => identifier.Identifier.ValueText == name);
    }

    private static bool IsDeclaredOrSet(SyntaxNode name) =>
        name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name;

    private static bool IsInUsing(SyntaxNode declarator) =>
        declarator.FirstAncestorOrSelf<LocalDeclarationStatementSyntax>() is { } local && local.UsingKeyword.IsKind(SyntaxKind.UsingKeyword)
        || declarator.FirstAncestorOrSelf<VariableDeclarationSyntax>()?.Parent is UsingStatementSyntax;

    private static IOperation Outermost(IOperation operation)
    {
        while (operation.Parent is IConversionOperation or IParenthesizedOperation or ICoalesceOperation or IAwaitOperation or IConditionalAccessOperation
            || (operation.Parent is IObjectOrCollectionInitializerOperation))
        {
            operation = operation.Parent!;
        }

        return operation;
    }
}
