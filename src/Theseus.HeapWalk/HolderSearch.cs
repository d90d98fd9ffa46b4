using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>A way from a root to an object of the generation.</summary>
/// <param name="Root">The root.</param>
/// <param name="Path">The objects on the way, the root's first; the last belongs to the generation.</param>
internal sealed record HolderPath(IClrRoot Root, IReadOnlyList<ulong> Path);

/// <summary>Searches the heap, breadth first from the roots, for whatever refers to the generation from outside of it.</summary>
internal sealed class HolderSearch(ClrRuntime runtime, Generation generation)
{
    private const int MostPaths = 64;

    private readonly Dictionary<ulong, ulong> _parents = [];
    private readonly Dictionary<ulong, IClrRoot> _roots = [];

    /// <summary>The managed threads' objects, as far as they were met.</summary>
    public List<ClrObject> Threads { get; } = [];

    /// <summary>How many objects were looked at.</summary>
    public int Objects => _parents.Count;

    /// <summary>The shortest way to each edge between an outside object and the generation, up to a limit.</summary>
    public IReadOnlyList<HolderPath> Find()
    {
        var found = new List<HolderPath>();
        var open = new Queue<ulong>();
        foreach (var root in runtime.Heap.EnumerateRoots())
        {
            var address = root.Object.Address;
            if (address != 0 && Holds(root) && _parents.TryAdd(address, 0))
            {
                _roots[address] = root;
                if (root.Object.Type is { Name: "System.Threading.Thread" })
                {
                    Threads.Add(root.Object);
                }

                if (generation.Owns(address, root.Object.Type))
                {
                    found.Add(new HolderPath(root, [address]));
                }
                else
                {
                    open.Enqueue(address);
                }
            }
        }

        while (open.TryDequeue(out var holder) && found.Count < MostPaths)
        {
            foreach (var held in runtime.Heap.GetObject(holder).EnumerateReferenceAddresses(carefully: true, considerDependantHandles: true))
            {
                if (held == 0)
                {
                    continue;
                }

                if (_parents.ContainsKey(held))
                {
                    continue;
                }

                var type = runtime.Heap.GetObjectType(held);
                if (generation.Owns(held, type))
                {
                    found.Add(PathTo(holder, held));
                    // One edge out of a holder says enough.
                    break;
                }

                _parents.Add(held, holder);
                if (type is { ContainsPointers: true } or { IsCollectible: true })
                {
                    open.Enqueue(held);
                }

                if (type is { Name: "System.Threading.Thread" })
                {
                    Threads.Add(runtime.Heap.GetObject(held));
                }
            }
        }

        return found;
    }

    // Handles of kinds that are newer than the reader of the heap are taken for strong, and are weak; and its list of
    // objects that wait for their finalizer also holds those that do not.
    private static bool Holds(IClrRoot root) =>
        root.RootKind != ClrRootKind.FinalizerQueue && root is not ClrHandle { HandleKind: > ClrHandleKind.WeakWinRT };

    private HolderPath PathTo(ulong holder, ulong held)
    {
        var path = new List<ulong> { held };
        for (var at = holder; at != 0; at = _parents[at])
        {
            path.Add(at);
        }

        path.Reverse();
        return new HolderPath(_roots[path[0]], path);
    }
}
