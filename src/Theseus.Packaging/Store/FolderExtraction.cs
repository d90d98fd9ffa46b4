namespace Theseus.Packaging;

/// <summary>Writes a package's files into a folder, each through to the disk when it is closed.</summary>
internal sealed class FolderExtraction(string folder) : IExtraction
{
    public Stream Open(string path)
    {
        // The verifier let only relative, portable names through.
        var target = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
        // One by one: folders made on the way to another would not be private.
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            PrivateFolder.Create(Path.Combine(folder, path[..slash]));
        return new DurableFile(target);
    }

    /// <summary>Makes the folders' own entries last too.</summary>
    public void Sync()
    {
        foreach (var sub in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
            PrivateFolder.Sync(sub);
        PrivateFolder.Sync(folder);
    }

    private sealed class DurableFile(string path) : FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1)
    {
        public override async ValueTask DisposeAsync()
        {
            Flush(flushToDisk: true);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
