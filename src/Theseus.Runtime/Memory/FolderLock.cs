using System.Globalization;

namespace Theseus.Runtime.Memory;

/// <summary>Makes sure that one folder serves one host. Let go when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, "host.lock");
        try
        {
            // Exclusive on Windows; an flock on Unix, which the kernel takes back from a process that was killed.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return new(file);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new HostMemoryException(folder, $"Folder '{folder}' is in use by {Owner(path)}. Two hosts cannot share what they remember: give this one a folder of its own, or end the other.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Owner(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            return $"another host, process {reader.ReadToEnd()}";
        }
        catch (IOException)
        {
            return "another host";
        }
    }
}
