namespace Theseus.Runtime.State;

/// <summary>A state that was written to disk. Immutable; each is itself only.</summary>
internal sealed class SnapshotOnDisk(KeptSnapshot head, string path)
{
    public KeptSnapshot Head => head;

    /// <summary>Where it lies once it is kept.</summary>
    public string Path => path;
}
