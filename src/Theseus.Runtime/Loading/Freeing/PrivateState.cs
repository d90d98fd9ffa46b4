using System.Reflection;

namespace Theseus.Runtime.Loading;

/// <summary>
/// Reads private fields of the base class library. They are nobody's promise: a field that is not there reads as null,
/// and then less is freed, and nothing else happens.
/// </summary>
internal static class PrivateState
{
    /// <summary>A field of an object, or of one of its base types.</summary>
    public static object? Of(object? target, string field)
    {
        for (var type = target?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(field, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly) is { } info)
            {
                return info.GetValue(target);
            }
        }

        return null;
    }

    /// <summary>A static field.</summary>
    public static object? Of(Type? type, string field) =>
        type?.GetField(field, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(null);

    /// <summary>The items of a <see cref="List{T}"/> that another thread may be changing: each is there, or was.</summary>
    public static IEnumerable<object> ItemsOf(object? list) =>
        (Of(list, "_items") as Array ?? Of(list, "_volatileArray") as Array)?.Cast<object?>().OfType<object>().ToList() ?? [];

    /// <summary>The links of a linked list.</summary>
    public static IEnumerable<object> LinksOf(object? first, string next)
    {
        for (var link = first; link is not null; link = Of(link, next))
        {
            yield return link;
        }
    }
}
