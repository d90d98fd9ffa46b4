using Microsoft.Extensions.Logging;
using Theseus.Packaging;
using Theseus.Runtime.Memory;

namespace Theseus.Runtime.State;

/// <summary>
/// Keeps the states that were handed over on disk, a few for each component, so that a release can begin with the state
/// that it had before it was replaced. Thread-safe; nobody waits for another's disk, since each state is a file of its own.
/// </summary>
/// <remarks>
/// A state goes three steps: it is written beside those that are kept, put among them, and, once it is certain that it
/// stays, those go that it replaces. Until the last step all is there that was before.
/// </remarks>
internal sealed partial class SnapshotFolder
{
    private const string Extension = ".state";
    private const string Unfinished = ".tmp";

    private readonly string _folder;
    private readonly IMemoryFiles _files;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<SnapshotOnDisk>> _kept = new(StringComparer.Ordinal);

    /// <summary>Opens a folder, made if need be, in which its owner alone may look.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The disk.</param>
    /// <param name="log">Told of files that cannot be used.</param>
    public SnapshotFolder(string folder, IMemoryFiles files, ILogger log)
    {
        (_folder, _files, _log) = (folder, files, log);
        PrivateFolder.Create(folder);
        foreach (var component in Directory.EnumerateDirectories(folder))
        {
            _kept[Path.GetFileName(component)] = ReadHeads(component);
        }
    }

    /// <summary>What is kept of a component, the newest first.</summary>
    public IReadOnlyList<KeptSnapshot> Of(string component) => [.. On(component).Select(static one => one.Head)];

    /// <summary>Writes a state beside those that are kept. Leaves nothing when it fails or is given up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="component">The component.</param>
    /// <param name="release">The release whose state it is.</param>
    /// <param name="takenAt">When it was handed over.</param>
    /// <param name="snapshot">The state. It must not be disposed of before this has ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public SnapshotOnDisk Write(string name, string component, ReleaseRef release, DateTimeOffset takenAt, StateSnapshot snapshot, CancellationToken cancellationToken)
    {
        var head = new KeptSnapshot(name, component, release, snapshot.Schema, takenAt, [.. snapshot.Changes.Prepend(snapshot.State).Select(static part => part.Length)]);
        var written = new SnapshotOnDisk(head, NewPath(component, name));
        try
        {
            PrivateFolder.Create(Path.GetDirectoryName(written.Path)!);
            _files.Write(written.Path + Unfinished, file => SnapshotFile.Write(file, head, snapshot, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            return written;
        }
        catch
        {
            TryDelete(written.Path + Unfinished);
            throw;
        }
    }

    /// <summary>Puts a state that was written among those that are kept. All of those stay. Leaves nothing of it there when it fails or is given up.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public void Put(SnapshotOnDisk written, CancellationToken cancellationToken)
    {
        try
        {
            _files.Rename(written.Path + Unfinished, written.Path);
            _files.SyncFolder(Path.GetDirectoryName(written.Path)!);
            lock (_lock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Set_NeedsLock(written.Head.Component, On(written.Head.Component).Append(written));
            }
        }
        catch
        {
            TryDelete(written.Path);
            throw;
        }
    }

    /// <summary>Removes what a state that was put replaces: one that has its name, and the component's oldest beyond a number.</summary>
    /// <param name="put">The state. It stays itself.</param>
    /// <param name="most">How many are kept, from 1.</param>
    /// <exception cref="IOException">The disk did not let them go; they are not kept any more all the same.</exception>
    public void Trim(SnapshotOnDisk put, int most)
    {
        List<SnapshotOnDisk> gone;
        lock (_lock)
        {
            var all = On(put.Head.Component);
            IEnumerable<SnapshotOnDisk> staying = all.Where(one => one != put && one.Head.Name != put.Head.Name).Take(most - 1).Append(put);
            gone = [.. all.Except(staying)];
            Set_NeedsLock(put.Head.Component, staying);
        }

        gone.ForEach(one => _files.Delete(one.Path));
    }

    /// <summary>Removes a state, however far it has come.</summary>
    public void Remove(SnapshotOnDisk one)
    {
        lock (_lock)
        {
            Set_NeedsLock(one.Head.Component, On(one.Head.Component).Where(other => other != one));
        }

        TryDelete(one.Path);
        TryDelete(one.Path + Unfinished);
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="InvalidDataException">There is none of that name, or it cannot be used; the message says why.</exception>
    public (KeptSnapshot Head, StateSnapshot Snapshot) Read(string component, string name, long limit, CancellationToken cancellationToken)
    {
        if (On(component).FirstOrDefault(one => one.Head.Name == name) is not { } kept)
        {
            var have = Of(component);
            throw new InvalidDataException(
                $"No state of '{component}' is kept under the name '{name}'. {(have.Count == 0 ? "None is kept at all." : $"Kept are: {string.Join(", ", have.Select(static one => $"{one.Name} ({one.Release}, {one.TakenAt:u})"))}.")}");
        }

        try
        {
            var read = SnapshotFile.Read(kept.Path, limit, cancellationToken);
            return read.Head.Name == name && read.Head.Component == component
                ? read
                : throw new InvalidDataException($"it says that it is '{read.Head.Name}' of '{read.Head.Component}'");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InvalidDataException($"The state '{name}' of '{component}', which is kept in {kept.Path}, cannot be used: {fault.Message}.", fault);
        }
    }

    private IReadOnlyList<SnapshotOnDisk> On(string component)
    {
        lock (_lock)
        {
            return _kept.GetValueOrDefault(component) ?? [];
        }
    }

    private void Set_NeedsLock(string component, IEnumerable<SnapshotOnDisk> all) =>
        _kept[component] = [.. all.OrderByDescending(static one => one.Head.TakenAt)];

    private List<SnapshotOnDisk> ReadHeads(string folder)
    {
        var heads = new List<SnapshotOnDisk>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (Path.GetExtension(path) != Extension)
            {
                // Half of one, from before a crash.
                TryDelete(path);
                continue;
            }

            try
            {
                heads.Add(new(SnapshotFile.ReadHead(path), path));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                LogUnreadable(_log, path, fault.Message);
            }
        }

        return [.. heads.OrderByDescending(static one => one.Head.TakenAt)];
    }

    private string NewPath(string component, string name)
    {
        if (!ComponentName.IsValid(component) || !KeptSnapshot.IsName(name))
        {
            throw new ArgumentException($"'{name}' of '{component}' cannot be a file's name.");
        }

        // Of its own, so that one of the same name stays until this one is certain to.
        return Path.Combine(_folder, component, $"{name}.{Guid.NewGuid():n}{Extension}");
    }

    private void TryDelete(string path)
    {
        try
        {
            _files.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It lies there and is not used; the next start tries again.
        }
    }

    [LoggerMessage(2310, LogLevel.Warning, "The kept state {Path} is passed over: {Problem}")]
    private static partial void LogUnreadable(ILogger log, string path, string problem);
}
