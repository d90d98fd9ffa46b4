using System.Globalization;
using System.Text;
using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Nodes;

/// <summary>Remembers the highest fence that was seen of each component, over restarts. Thread-safe.</summary>
internal interface IFenceStore
{
    /// <summary>The highest fence; 0 when none was ever seen.</summary>
    long Read(string component);

    /// <summary>Remembers a higher one.</summary>
    void Write(string component, long fence);
}

/// <summary>Keeps fences in a folder, a file for each component.</summary>
internal sealed class FenceFiles(string folder, IMemoryFiles? files = null) : IFenceStore
{
    private readonly IMemoryFiles _files = files ?? new MemoryFiles();

    public long Read(string component)
    {
        var path = PathOf(component);
        return File.Exists(path) && long.TryParse(File.ReadAllText(path), out var fence) ? fence : 0;
    }

    public void Write(string component, long fence)
    {
        Directory.CreateDirectory(folder);
        var path = PathOf(component);
        _files.Write(path + ".tmp", Encoding.ASCII.GetBytes(fence.ToString(CultureInfo.InvariantCulture)));
        _files.Rename(path + ".tmp", path);
        _files.SyncFolder(folder);
    }

    private string PathOf(string component) => Path.Combine(folder, component + ".fence");
}
