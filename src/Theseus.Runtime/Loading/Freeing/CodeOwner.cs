using System.Runtime.Loader;

namespace Theseus.Runtime.Loading;

/// <summary>Tells which types, delegates and objects belong to a generation's code.</summary>
/// <param name="code">The generation's load context.</param>
internal sealed class CodeOwner(AssemblyLoadContext code)
{
    /// <summary>The generation's load context.</summary>
    public AssemblyLoadContext Code { get; } = code;

    /// <summary>Whether the type is declared in it, or is made of one that is: <c>List&lt;ItsType&gt;</c>.</summary>
    public bool Owns(Type? type)
    {
        if (type is null || (Code.IsCollectible && !type.IsCollectible))
        {
            return false;
        }

        return type.HasElementType
            ? Owns(type.GetElementType())
            : AssemblyLoadContext.GetLoadContext(type.Assembly) == Code
                || (type.IsConstructedGenericType && type.GetGenericArguments().Any(Owns));
    }

    /// <summary>Whether the object is of one of its types, or is a delegate that calls it.</summary>
    public bool Owns(object? candidate) => candidate switch
    {
        null => false,
        Delegate call => Owns(call.GetType()) || Owns(call.Method.DeclaringType) || Owns(call.Target?.GetType()),
        _ => Owns(candidate.GetType()),
    };

    /// <summary>Names what belongs to it, in words.</summary>
    public static string NameOf(object owned) => CodeNames.Readable(
        owned is Delegate call ? $"{call.Method.DeclaringType}.{call.Method.Name}()" : owned.GetType().ToString());
}
