namespace Theseus.Runtime.Live.Tests;

/// <summary>Files of a host's own store, which nobody but a test changes.</summary>
internal static class StoredFiles
{
    /// <summary>Changes the last byte of a file.</summary>
    public static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        // Put beside and moved over: a file that is loaded is mapped into the host, whose memory is not to change.
        var changed = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(changed, bytes);
        File.SetAttributes(path, FileAttributes.Normal);
        File.Move(changed, path, overwrite: true);
    }
}
