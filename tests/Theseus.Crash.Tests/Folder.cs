namespace Theseus.Crash.Tests;

/// <summary>A folder of its own, in memory where there is such a place: what is killed is a process, never the machine.</summary>
internal sealed class Folder : IDisposable
{
    private const string InMemory = "/dev/shm";

    public string Path { get; } = Directory.Exists(InMemory)
        ? Directory.CreateDirectory(System.IO.Path.Combine(InMemory, $"theseus-crash-{Guid.NewGuid():n}")).FullName
        : Directory.CreateTempSubdirectory("theseus-crash-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
