using Theseus.Packaging;
using Theseus.Packaging.Tests.Reading;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Changes what nobody but a test does: files of a host's own store, and what a package is.</summary>
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

    /// <summary>A whole and valid package of the same component and version, with another digest.</summary>
    public static byte[] Another(byte[] package) => RawZip.Write(RawZip.Read(package).Select(entry =>
        entry.Name == ReleaseManifest.FileName ? entry with { Content = [.. entry.Content, (byte)'\n'] } : entry));
}
