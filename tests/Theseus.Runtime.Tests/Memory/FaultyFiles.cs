using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Tests.Memory;

/// <summary>The real disk, some of whose steps fail: those that are numbered, from 0, until it is mended.</summary>
/// <param name="fails">Whether a step fails before it is done, or after.</param>
internal sealed class FaultyFiles(Func<int, Fault> fails) : IMemoryFiles
{
    private readonly MemoryFiles _disk = new();
    private Func<int, Fault> _fails = fails;

    /// <summary>How many steps have begun.</summary>
    public int Steps { get; private set; }

    public void Mend() => _fails = static _ => Fault.None;

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var fault = Before();
        _disk.Write(path, content);
        After(fault);
    }

    public void Write(string path, Action<Stream> write)
    {
        var fault = Before();
        _disk.Write(path, write);
        After(fault);
    }

    public void Append(string path, ReadOnlySpan<byte> content)
    {
        var fault = Before();
        _disk.Append(path, content);
        After(fault);
    }

    public void Rename(string from, string to)
    {
        var fault = Before();
        _disk.Rename(from, to);
        After(fault);
    }

    public void Truncate(string path, long length)
    {
        var fault = Before();
        _disk.Truncate(path, length);
        After(fault);
    }

    public void Delete(string path)
    {
        var fault = Before();
        _disk.Delete(path);
        After(fault);
    }

    public void SyncFolder(string folder)
    {
        var fault = Before();
        _disk.SyncFolder(folder);
        After(fault);
    }

    private Fault Before()
    {
        var fault = _fails(Steps++);
        return fault == Fault.Before ? throw new IOException("the disk is faulty") : fault;
    }

    private static void After(Fault fault)
    {
        if (fault == Fault.After)
        {
            throw new IOException("the disk is faulty, and did it all the same");
        }
    }
}

internal enum Fault
{
    None,
    Before,
    After,
}
