using System.Runtime.InteropServices;
using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>Names the static field that holds an object.</summary>
internal sealed unsafe class StaticFields
{
    // ISOSDacInterface14 of .NET 9 and later; its first method is
    // HRESULT GetStaticBaseAddress(CLRDATA_ADDRESS methodTable, CLRDATA_ADDRESS* nonGCStatics, CLRDATA_ADDRESS* gcStatics).
    private static readonly Guid _staticsInterface = new("9aa22aca-6dc6-4a0c-b4e0-70d2416b9837");
    private const int FirstMethod = 3;

    private readonly Dictionary<ulong, string> _bySlot = [];

    public StaticFields(ClrRuntime runtime)
    {
        var statics = runtime.DacLibrary.SOSDacInterface.QueryInterface(_staticsInterface);
        if (statics == 0)
        {
            return;
        }

        foreach (var type in runtime.EnumerateModules().SelectMany(m => m.EnumerateTypeDefToMethodTableMap()).Select(t => runtime.GetTypeByMethodTable(t.MethodTable)))
        {
            if (type is null || !type.StaticFields.Any(f => f.IsObjectReference))
            {
                continue;
            }

            ulong plain, references;
            var get = ((delegate* unmanaged<nint, ulong, ulong*, ulong*, int>**)statics)[0][FirstMethod];
            if (get(statics, type.MethodTable, &plain, &references) != 0 || references == 0)
            {
                continue;
            }

            foreach (var field in type.StaticFields.Where(f => f.IsObjectReference))
            {
                _bySlot.TryAdd(references + (ulong)field.Offset, $"{type.Name}.{field.Name}");
            }
        }

        Marshal.Release(statics);
    }

    /// <summary>In words.</summary>
    /// <param name="statics">The array that holds statics.</param>
    /// <param name="value">What one of them holds.</param>
    public string NameOf(ClrArray statics, ulong value)
    {
        for (var i = 0; i < statics.Length; i++)
        {
            if (statics.GetObjectValue(i).Address == value
                && _bySlot.TryGetValue(statics.Address + (ulong)(2 + i) * (ulong)sizeof(nint), out var name))
            {
                return $"static field {name}";
            }
        }

        return "a static field";
    }
}
