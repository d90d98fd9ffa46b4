namespace Theseus.Packaging;

/// <summary>
/// A folder to prepare a release in, outside of where releases are found. It is held by a locked file beside it, so
/// that whoever comes later can tell a folder at work from one whose owner died.
/// </summary>
internal sealed class IncomingFolder : IDisposable
{
    private const string LockExtension = ".lock";
    private readonly string _lockPath;
    private readonly FileStream _lock;

    private IncomingFolder(string path, string lockPath, FileStream heldLock)
    {
        Path = path;
        _lockPath = lockPath;
        _lock = heldLock;
    }

    public string Path { get; }

    public static IncomingFolder Create(string parent)
    {
        for (var round = 0; ; round++)
        {
            var path = System.IO.Path.Combine(parent, Guid.NewGuid().ToString("N"));
            // A cleaner may take the lock between the file's creation and its locking, and may have deleted it by then.
            if (TryLock(path + LockExtension, FileMode.CreateNew, mayThrow: round == 15) is not { } held)
                continue;
            if (!File.Exists(path + LockExtension))
            {
                held.Dispose();
                continue;
            }

            PrivateFolder.Create(path);
            return new(path, path + LockExtension, held);
        }
    }

    /// <summary>Deletes what dead owners left behind.</summary>
    public static void Clean(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent))
        {
            if (!File.Exists(folder + LockExtension))
                PrivateFolder.Delete(folder);
        }

        foreach (var lockPath in Directory.EnumerateFiles(parent, "*" + LockExtension))
        {
            if (TryLock(lockPath, FileMode.Open, mayThrow: false) is not { } held)
                continue;
            using (held)
            {
                PrivateFolder.Delete(lockPath[..^LockExtension.Length]);
                DeleteLock(lockPath);
            }
        }
    }

    public void Dispose()
    {
        PrivateFolder.Delete(Path);
        DeleteLock(_lockPath);
        _lock.Dispose();
    }

    private static FileStream? TryLock(string path, FileMode mode, bool mayThrow)
    {
        try
        {
            // Deletable while it is open, on Windows too.
            return new(path, mode, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, 1);
        }
        catch (Exception e) when (!mayThrow && (e is IOException or UnauthorizedAccessException))
        {
            return null;
        }
    }

    private static void DeleteLock(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next cleaning takes it.
        }
    }
}
