using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Theseus.Packaging;

namespace Theseus.Runtime.Hosting;

/// <summary>The shared state objects of a host's components: one per component and type, passed from generation to generation. Thread-safe.</summary>
internal sealed class SharedStates(IServiceProvider services)
{
    private readonly ConcurrentDictionary<(string Component, Type Type), Lazy<object>> _objects = new();

    /// <summary>The object for a release; null when it declares none.</summary>
    /// <exception cref="InvalidOperationException">The type is not the host's, or there is no way to make one.</exception>
    public object? For(ReleaseManifest manifest, Type contract, Func<IServiceProvider, object>? make)
    {
        if (manifest.State is not { Kind: StateKind.Shared, SharedType: { } name })
        {
            return null;
        }

        var type = Type.GetType(name, assembly => Resolve(assembly, contract.Assembly), typeResolver: null, throwOnError: false)
            ?? throw new InvalidOperationException($"The shared state type '{name}' is not to be found in this host. It has to live in the contract's assembly, or in another that the host refers to.");
        return _objects.GetOrAdd((manifest.Component, type), _ => new Lazy<object>(() => Make(type, make))).Value;
    }

    private object Make(Type type, Func<IServiceProvider, object>? make)
    {
        var made = make is null ? Activator.CreateInstance(type) : make(services);
        return type.IsInstanceOfType(made)
            ? made!
            : throw new InvalidOperationException($"ComponentOptions.SharedState made a {made?.GetType().FullName ?? "null"}; the component declares {type.FullName}.");
    }

    private static Assembly? Resolve(AssemblyName name, Assembly contract) =>
        name.Name == contract.GetName().Name ? contract : AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name.Name!));
}
