using System.Collections;
using System.ComponentModel;
using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;

namespace Theseus.Runtime.Loading;

/// <summary>
/// Empties the caches of the base class library that keep types. Most can only be emptied as a whole: the host's own
/// entries are made again when they are next needed, which costs it some time, once.
/// </summary>
internal static class ReflectionCaches
{
    /// <summary>Empties them.</summary>
    public static IEnumerable<PinFinding> Free(CodeOwner owner)
    {
        foreach (var handler in Handlers())
        {
            // The protocol of hot reload: null means that any type may have changed.
            handler.Invoke(null, [null]);
        }

        ForgetDescriptions(owner);
        ForgetProxies(owner);
        return [];
    }

    private static IEnumerable<MethodInfo> Handlers() =>
        from assembly in AssemblyLoadContext.Default.Assemblies.Where(a => !a.IsDynamic)
        from attribute in assembly.GetCustomAttributes<MetadataUpdateHandlerAttribute>()
        let method = attribute.HandlerType.GetMethod(
            "ClearCache", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public, [typeof(Type[])])
        where method is not null
        select method;

    private static void ForgetDescriptions(CodeOwner owner)
    {
        foreach (var assembly in owner.Code.Assemblies)
        {
            TypeDescriptor.Refresh(assembly);
        }

        Remove(PrivateState.Of(typeof(TypeDescriptor), "s_defaultProviderInitialized"), owner);
        Remove(PrivateState.Of(typeof(TypeDescriptor), "s_providerTypeTable"), owner);
        if (PrivateState.Of(typeof(TypeDescriptor), "s_commonSyncObject") is not { } sync
            || PrivateState.Of(typeof(TypeDescriptor), "s_providerTable") is not Hashtable providers)
        {
            return;
        }

        // The lock that everyone takes who writes to the table.
        lock (sync)
        {
            foreach (var type in providers.Keys.OfType<Type>().Where(owner.Owns).ToList())
            {
                providers.Remove(type);
            }

            foreach (var node in providers.Values.Cast<object>().SelectMany(n => PrivateState.LinksOf(n, "Next")))
            {
                Remove(PrivateState.Of(PrivateState.Of(node, "Provider"), "_typeData"), owner);
            }
        }
    }

    // Entries of thread-safe dictionaries only: those can be removed while others use them.
    private static void Remove(object? dictionary, CodeOwner owner)
    {
        if (dictionary is IDictionary entries && dictionary.GetType().Name.StartsWith("ConcurrentDictionary", StringComparison.Ordinal))
        {
            foreach (var type in entries.Keys.OfType<Type>().Where(owner.Owns).ToList())
            {
                entries.Remove(type);
            }
        }
    }

    private static void ForgetProxies(CodeOwner owner)
    {
        var generator = typeof(DispatchProxy).Assembly.GetType("System.Reflection.DispatchProxyGenerator");
        var proxies = PrivateState.Of(generator, "s_alcProxyAssemblyMap");
        proxies?.GetType().GetMethod("Remove", [typeof(AssemblyLoadContext)])?.Invoke(proxies, [owner.Code]);
    }
}
