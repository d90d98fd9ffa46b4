using System.Reflection.Metadata;

namespace Theseus.Packaging;

/// <summary>A component's assembly and those beside it, to look types up in.</summary>
internal sealed class AssemblySet : IDisposable
{
    private readonly Dictionary<string, AssemblyImage> _images = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>False if there is one of that name already.</summary>
    public bool Add(AssemblyImage image) => _images.TryAdd(image.Name, image);

    public AssemblyImage? Find(string name) => _images.GetValueOrDefault(name);

    /// <summary>Every interface of a type, from its base types and the interfaces themselves too, as far as their assemblies are here.</summary>
    public IReadOnlySet<TypeName> InterfacesOf(AssemblyImage image, TypeDefinition type)
    {
        var found = new HashSet<TypeName>();
        Collect(image, type, found, depth: 0);
        return found;
    }

    /// <summary>
    /// The assemblies that a component shares with its host: the given ones, and what those refer to among the assemblies here.
    /// </summary>
    public IReadOnlyList<SharedAssembly> SharedClosure(AssemblyImage component, IEnumerable<string> roots)
    {
        var shared = new SortedDictionary<string, SharedAssembly>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>(roots);
        while (open.TryDequeue(out var name))
        {
            if (shared.ContainsKey(name) || string.Equals(name, component.Name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (Find(name) is { } image)
            {
                shared.Add(name, new(image.Name, image.Version));
                foreach (var reference in image.References)
                {
                    if (_images.ContainsKey(reference.Name))
                        open.Enqueue(reference.Name);
                }
            }
            else if (component.References.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)) is { } reference)
            {
                shared.Add(name, reference);
            }
        }

        return [.. shared.Values];
    }

    public void Dispose()
    {
        foreach (var image in _images.Values)
            image.Dispose();
    }

    private void Collect(AssemblyImage image, TypeDefinition type, HashSet<TypeName> found, int depth)
    {
        // Metadata of a broken assembly may go round in circles.
        if (depth > 64)
            return;
        foreach (var handle in type.GetInterfaceImplementations())
        {
            var name = TypeName.Of(image, image.Reader.GetInterfaceImplementation(handle).Interface);
            if (found.Add(name))
                Follow(name, found, depth);
        }

        if (!type.BaseType.IsNil)
            Follow(TypeName.Of(image, type.BaseType), found, depth);
    }

    private void Follow(TypeName name, HashSet<TypeName> found, int depth)
    {
        if (name.Assembly is not null && Find(name.Assembly) is { } image && image.Find(name.FullName) is { } type)
            Collect(image, type, found, depth + 1);
    }
}
