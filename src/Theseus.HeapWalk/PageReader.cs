using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>
/// Reads a stopped process's memory by the page and remembers the pages: a search reads a few bytes at a time, and each
/// such read would be a call to the system.
/// </summary>
/// <param name="process">Reads the memory.</param>
internal sealed class PageReader(IDataReader process) : IDataReader
{
    private const int PageSize = 16 * 1024;
    // 512 MiB of pages; then they are forgotten, and remembered anew.
    private const int MostPages = 32 * 1024;

    private readonly Dictionary<ulong, byte[]?> _pages = [];
    private ulong _lastNumber = ulong.MaxValue;
    private byte[]? _lastPage;

    public string DisplayName => process.DisplayName;

    public bool IsThreadSafe => false;

    public OSPlatform TargetPlatform => process.TargetPlatform;

    public Architecture Architecture => process.Architecture;

    public int ProcessId => process.ProcessId;

    public int PointerSize => process.PointerSize;

    public IEnumerable<ModuleInfo> EnumerateModules() => process.EnumerateModules();

    public bool GetThreadContext(uint threadID, uint contextFlags, Span<byte> context) => process.GetThreadContext(threadID, contextFlags, context);

    public void FlushCachedData() => process.FlushCachedData();

    public int Read(ulong address, Span<byte> buffer)
    {
        var offset = (int)(address % PageSize);
        if (Page(address / PageSize) is { } page && offset + buffer.Length <= PageSize)
        {
            page.AsSpan(offset, buffer.Length).CopyTo(buffer);
            return buffer.Length;
        }

        return process.Read(address, buffer);
    }

    public bool Read<T>(ulong address, out T value) where T : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        if (Read(address, bytes) == bytes.Length)
        {
            value = MemoryMarshal.Read<T>(bytes);
            return true;
        }

        value = default;
        return false;
    }

    public T Read<T>(ulong address) where T : unmanaged
    {
        Read(address, out T value);
        return value;
    }

    public bool ReadPointer(ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        var length = PointerSize;
        bytes.Clear();
        if (Read(address, bytes[..length]) == length)
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            return true;
        }

        value = 0;
        return false;
    }

    public ulong ReadPointer(ulong address)
    {
        ReadPointer(address, out var value);
        return value;
    }

    // Null for a page that cannot be read as a whole.
    private byte[]? Page(ulong number)
    {
        if (number == _lastNumber)
        {
            return _lastPage;
        }

        if (!_pages.TryGetValue(number, out var page))
        {
            if (_pages.Count >= MostPages)
            {
                _pages.Clear();
            }

            var bytes = new byte[PageSize];
            page = process.Read(number * PageSize, bytes) == PageSize ? bytes : null;
            _pages[number] = page;
        }

        (_lastNumber, _lastPage) = (number, page);
        return page;
    }
}
