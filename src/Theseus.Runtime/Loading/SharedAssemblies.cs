using System.Reflection;
using System.Runtime.Loader;
using Theseus.Packaging;

namespace Theseus.Runtime.Loading;

/// <summary>
/// What a component shares with its host even if its package holds a copy: the contract, this product's abstractions,
/// and what the manifest says is shared. A type of which there are two is two types.
/// </summary>
internal sealed class SharedAssemblies
{
    private static readonly HashSet<string> _always = ReferencesOfAbstractions();

    private readonly Assembly _contract;
    private readonly HashSet<string> _names;

    public SharedAssemblies(ReleaseManifest manifest, Assembly contract)
    {
        _contract = contract;
        Context = AssemblyLoadContext.GetLoadContext(contract) ?? AssemblyLoadContext.Default;
        _names = new(_always, StringComparer.OrdinalIgnoreCase) { contract.GetName().Name! };
        _names.UnionWith(manifest.SharedAssemblies.Select(a => a.Name));
    }

    /// <summary>The context that the host's part of the contract lives in: usually the default one.</summary>
    public AssemblyLoadContext Context { get; }

    /// <summary>Whether the assembly is taken from the host in any case.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>The host's assembly; null if it has none, or leaves it to the default context.</summary>
    public Assembly? Find(AssemblyName name)
    {
        if (AssemblyName.ReferenceMatchesDefinition(name, _contract.GetName()) || name.Name == _contract.GetName().Name)
        {
            return _contract;
        }

        if (Context == AssemblyLoadContext.Default)
        {
            return null;
        }

        try
        {
            return Context.LoadFromAssemblyName(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The shared assemblies that the host does not have, or has only in an older version; in words.</summary>
    public IReadOnlyList<string> MissingOf(ReleaseManifest manifest)
    {
        var missing = new List<string>();
        foreach (var shared in manifest.SharedAssemblies)
        {
            try
            {
                var found = shared.Name == _contract.GetName().Name
                    ? _contract
                    : Context.LoadFromAssemblyName(new AssemblyName(shared.Name));
                if (found.GetName().Version is { } version && version < shared.Version)
                {
                    missing.Add($"'{shared.Name}' {shared.Version} (the host has {version})");
                }
            }
            catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
            {
                missing.Add($"'{shared.Name}' {shared.Version} (the host has none)");
            }
        }

        return missing;
    }

    private static HashSet<string> ReferencesOfAbstractions()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<Assembly>([typeof(IComponentContext).Assembly]);
        while (open.TryDequeue(out var assembly))
        {
            if (names.Add(assembly.GetName().Name!))
            {
                foreach (var reference in assembly.GetReferencedAssemblies())
                {
                    // The framework itself is shared anyway, unless a package brings a newer part of it.
                    if (reference.Name!.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
                    {
                        open.Enqueue(Assembly.Load(reference));
                    }
                }
            }
        }

        return names;
    }
}
