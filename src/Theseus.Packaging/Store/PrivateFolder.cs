using System.Runtime.InteropServices;

namespace Theseus.Packaging;

/// <summary>Folders that only their owner may look into, and whose changes can be made to last.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, or takes from one that is there what others than its owner may do with it.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another user's, or on a file system without permissions.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, Owner);
        // It may have been there with other permissions.
        if (File.GetUnixFileMode(path) != Owner)
            File.SetUnixFileMode(path, Owner);
    }

    /// <summary>Writes a file that only its owner may read, in place of one that may be there.</summary>
    public static void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        // It would keep its permissions.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(content);
    }

    /// <summary>Deletes a folder if it is there; a part that cannot be deleted now is left for a later cleaning.</summary>
    public static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Makes renames in a folder last through a crash of the machine. Windows does so by itself.</summary>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(path, 0);
        if (descriptor < 0)
            return;
        // A file system that cannot sync folders keeps their changes by its own means: nothing to do about a failure.
        _ = FSync(descriptor);
        _ = Close(descriptor);
    }

    [DllImport("libc", EntryPoint = "open", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
