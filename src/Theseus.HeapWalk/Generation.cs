using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>Tells which objects and which code belong to the generation that is looked for.</summary>
internal sealed class Generation
{
    private readonly ClrHeap _heap;
    private readonly ulong _context;
    private readonly ulong _loaderAllocator;
    private readonly string? _entryType;
    private readonly Dictionary<ulong, bool> _owned = [];

    private Generation(ClrHeap heap, ulong context, ulong loaderAllocator, string? entryType)
    {
        _heap = heap;
        _context = context;
        _loaderAllocator = loaderAllocator;
        _entryType = entryType;
    }

    /// <summary>Finds the generation by its context's name; null if there is no such context in the heap.</summary>
    public static Generation? Find(ClrRuntime runtime, WalkRequest request)
    {
        foreach (var module in runtime.EnumerateModules())
        {
            if (TypeOf(runtime, module) is { AssemblyLoadContextAddress: var context and not 0 } type
                && runtime.Heap.GetObject(context) is { IsValid: true } loadContext
                && loadContext.TryReadObjectField("_name", out var name)
                && !name.IsNull && name.AsString() == request.LoadContext)
            {
                var allocator = type.IsCollectible ? runtime.DataTarget.DataReader.ReadPointer(type.LoaderAllocatorHandle) : 0;
                return new Generation(runtime.Heap, context, allocator, type.IsCollectible ? null : request.EntryType);
            }
        }

        return null;
    }

    /// <summary>Whether holding this object holds the generation. Of a resident one, only its component's instances count.</summary>
    public bool Owns(ulong address, ClrType? type)
    {
        if (address == _loaderAllocator)
        {
            return true;
        }

        if (type is null)
        {
            return false;
        }

        if (!_owned.TryGetValue(type.MethodTable, out var owned))
        {
            owned = _entryType is { } entry
                ? type.Name == entry && type.AssemblyLoadContextAddress == _context
                : type.IsCollectible && _heap.Runtime.DataTarget.DataReader.ReadPointer(type.LoaderAllocatorHandle) == _loaderAllocator;
            _owned[type.MethodTable] = owned;
        }

        return owned;
    }

    /// <summary>Whether the method is the generation's code.</summary>
    public bool Owns(ClrMethod? method) => method?.Type?.AssemblyLoadContextAddress == _context;

    /// <summary>What an object of the generation is, in words.</summary>
    public string NameOf(ulong address) =>
        address == _loaderAllocator ? "its code" : _heap.GetObjectType(address)?.Name ?? "an object of it";

    private static ClrType? TypeOf(ClrRuntime runtime, ClrModule module)
    {
        foreach (var (methodTable, _) in module.EnumerateTypeDefToMethodTableMap())
        {
            if (runtime.GetTypeByMethodTable(methodTable) is { } type)
            {
                return type;
            }
        }

        return null;
    }
}
