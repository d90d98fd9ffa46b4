using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Tests.Memory;

/// <summary>
/// The disk under a process that is killed at one of its steps: before it, in the middle of what it writes, or after it.
/// Nothing is done from then on. What a killed process has written stays, so nothing is waited for.
/// </summary>
/// <param name="lastStep">The step at which the process is killed, from 0.</param>
/// <param name="share">How much of that step is done, from 0 to 1.</param>
internal sealed class CrashingFiles(int lastStep, double share) : IMemoryFiles
{
    /// <summary>How many steps have begun.</summary>
    public int Steps { get; private set; }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var isLast = Begin();
        File.WriteAllBytes(path, isLast ? Part(content) : content);
        End(isLast);
    }

    public void Write(string path, Action<Stream> write)
    {
        using var content = new MemoryStream();
        write(content);
        Write(path, content.ToArray());
    }

    public void Append(string path, ReadOnlySpan<byte> content)
    {
        var isLast = Begin();
        File.AppendAllBytes(path, isLast ? Part(content) : content);
        End(isLast);
    }

    public void Rename(string from, string to) => Whole(() => File.Move(from, to, overwrite: true));

    public void Truncate(string path, long length) => Whole(() =>
    {
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    });

    public void Delete(string path) => Whole(() => File.Delete(path));

    public void SyncFolder(string folder) => Whole(static () => { });

    private void Whole(Action step)
    {
        var isLast = Begin();
        if (!isLast || share == 1)
        {
            step();
        }

        End(isLast);
    }

    private ReadOnlySpan<byte> Part(ReadOnlySpan<byte> content) => content[..(int)(content.Length * share)];

    private bool Begin()
    {
        if (Steps > lastStep)
        {
            throw new KilledException();
        }

        return Steps++ == lastStep;
    }

    private static void End(bool isLast)
    {
        if (isLast)
        {
            throw new KilledException();
        }
    }
}

internal sealed class KilledException() : Exception("The process was killed here.");
