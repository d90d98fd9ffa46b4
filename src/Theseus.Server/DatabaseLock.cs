using Theseus.Storage;

namespace Theseus.Server;

/// <summary>
/// Makes sure that one control plane works on a database that is a file: two would drive each other's upgrades, and neither
/// would hear of what the other changed. Let go when the process ends, however it ends.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private readonly FileStream _file;

    private DatabaseLock(FileStream file) => _file = file;

    /// <summary>Takes the lock beside the database.</summary>
    /// <param name="database">The database's file.</param>
    /// <exception cref="StorageException">Another control plane has it, or the lock cannot be written.</exception>
    public static DatabaseLock Take(string database)
    {
        var path = Path.GetFullPath(database) + ".lock";
        try
        {
            // Exclusive on Windows; an flock on Unix, which the kernel takes back from a process that was killed.
            return new DatabaseLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new StorageException(
                StorageFault.Locked,
                $"'{database}' is in use by another control plane. End that one, or give this one a data folder of its own; several share the work on a PostgreSQL database.",
                fault);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new StorageException(StorageFault.NotPermitted, $"'{path}' cannot be written: {fault.Message} Let the control plane's user write to the database's folder.", fault);
        }
    }

    public void Dispose() => _file.Dispose();
}
