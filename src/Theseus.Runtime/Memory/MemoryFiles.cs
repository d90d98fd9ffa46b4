using System.Runtime.InteropServices;

namespace Theseus.Runtime.Memory;

/// <summary>The steps on disk that all is made of which a host remembers. A crash can come between any two of them, or within one that writes.</summary>
internal interface IMemoryFiles
{
    /// <summary>Writes a whole file and waits until its bytes are on the disk.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Writes a whole file part by part, and waits until its bytes are on the disk.</summary>
    void Write(string path, Action<Stream> write);

    /// <summary>Gives a file another name, in place of a file that may have it. Atomic.</summary>
    void Rename(string from, string to);

    /// <summary>Appends to a file, made if need be, and waits until the bytes are on the disk.</summary>
    void Append(string path, ReadOnlySpan<byte> content);

    /// <summary>Cuts a file off.</summary>
    void Truncate(string path, long length);

    /// <summary>Removes a file, if it is there.</summary>
    void Delete(string path);

    /// <summary>Waits until the names in a folder are on the disk.</summary>
    void SyncFolder(string folder);
}

/// <summary>The real disk.</summary>
internal sealed class MemoryFiles : IMemoryFiles
{
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    public void Write(string path, Action<Stream> write)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        write(file);
        file.Flush(flushToDisk: true);
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Append(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    public void Truncate(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.SetLength(length);
        file.Flush(flushToDisk: true);
    }

    public void Delete(string path) => File.Delete(path);

    public void SyncFolder(string folder)
    {
        // On Windows a rename's durability is the file system's journal's affair.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"Folder '{folder}' cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        }

        var failed = Sync(handle) != 0;
        var error = Marshal.GetLastPInvokeError();
        Close(handle);
        if (failed)
        {
            throw new IOException($"Folder '{folder}' cannot be written through to the disk: error {error}.");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
}
