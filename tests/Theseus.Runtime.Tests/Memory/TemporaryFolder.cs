namespace Theseus.Runtime.Tests.Memory;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("theseus-").FullName;

    public string Component(string name) => System.IO.Path.Combine(Path, "components", name + ".json");

    public string History(string name) => System.IO.Path.Combine(Path, "history", name + ".jsonl");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
