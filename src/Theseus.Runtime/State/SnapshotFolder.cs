using Microsoft.Extensions.Logging;
using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>
/// Keeps the states that were handed over on disk, a few for each component, so that a release can begin with the state
/// that it had before it was replaced. Thread-safe.
/// </summary>
internal sealed partial class SnapshotFolder
{
    private const string Extension = ".state";

    private readonly string _folder;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<KeptSnapshot>> _kept = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Opens a folder, made if need be, in which its owner alone may look.</summary>
    public SnapshotFolder(string folder, ILogger log)
    {
        (_folder, _log) = (folder, log);
        PrivateFolder.Create(folder);
        foreach (var component in Directory.EnumerateDirectories(folder))
        {
            _kept[Path.GetFileName(component)] = ReadHeads(component);
        }
    }

    /// <summary>What is kept of a component, the newest first.</summary>
    public IReadOnlyList<KeptSnapshot> Of(string component)
    {
        lock (_lock)
        {
            return _kept.GetValueOrDefault(component) ?? [];
        }
    }

    /// <summary>Writes a state, in place of one that has its name, and removes the component's oldest beyond a number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="component">The component.</param>
    /// <param name="release">The release whose state it is.</param>
    /// <param name="takenAt">When it was handed over.</param>
    /// <param name="snapshot">The state. It must not be disposed of before this has ended.</param>
    /// <param name="most">How many are kept, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public async Task KeepAsync(string name, string component, ReleaseRef release, DateTimeOffset takenAt, StateSnapshot snapshot, int most, CancellationToken cancellationToken)
    {
        var head = new KeptSnapshot(name, component, release, snapshot.Schema, takenAt, [.. snapshot.Changes.Prepend(snapshot.State).Select(static part => part.Length)]);
        var path = PathOf(component, name);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            PrivateFolder.Create(folder);
            SnapshotFile.Write(path + ".tmp", head, snapshot, cancellationToken);
            File.Move(path + ".tmp", path, overwrite: true);
            PrivateFolder.Sync(folder);
            IReadOnlyList<KeptSnapshot> all = [.. Of(component).Where(one => one.Name != name).Append(head).OrderByDescending(static one => one.TakenAt)];
            foreach (var old in all.Skip(most))
            {
                File.Delete(PathOf(component, old.Name));
            }

            Set(component, [.. all.Take(most)]);
        }
        finally
        {
            TryDelete(path + ".tmp");
            _writing.Release();
        }
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="InvalidDataException">There is none of that name, or it cannot be used; the message says why.</exception>
    public (KeptSnapshot Head, StateSnapshot Snapshot) Read(string component, string name, long limit, CancellationToken cancellationToken)
    {
        if (!KeptSnapshot.IsName(name) || Of(component).All(one => one.Name != name))
        {
            var have = Of(component);
            throw new InvalidDataException(
                $"No state of '{component}' is kept under the name '{name}'. {(have.Count == 0 ? "None is kept at all." : $"Kept are: {string.Join(", ", have.Select(static one => $"{one.Name} ({one.Release}, {one.TakenAt:u})"))}.")}");
        }

        try
        {
            var read = SnapshotFile.Read(PathOf(component, name), limit, cancellationToken);
            return read.Head.Name == name && read.Head.Component == component
                ? read
                : throw new InvalidDataException($"it says that it is '{read.Head.Name}' of '{read.Head.Component}'");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InvalidDataException($"The state '{name}' of '{component}', which is kept in {PathOf(component, name)}, cannot be used: {fault.Message}.", fault);
        }
    }

    /// <summary>Removes a state, if it is there.</summary>
    public async Task RemoveAsync(string component, string name)
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            TryDelete(PathOf(component, name));
            Set(component, [.. Of(component).Where(one => one.Name != name)]);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Set(string component, IReadOnlyList<KeptSnapshot> all)
    {
        lock (_lock)
        {
            _kept[component] = all;
        }
    }

    private List<KeptSnapshot> ReadHeads(string folder)
    {
        var heads = new List<KeptSnapshot>();
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
                heads.Add(SnapshotFile.ReadHead(path));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                LogUnreadable(_log, path, fault.Message);
            }
        }

        return [.. heads.OrderByDescending(static head => head.TakenAt)];
    }

    private string PathOf(string component, string name)
    {
        if (!ComponentName.IsValid(component) || !KeptSnapshot.IsName(name))
        {
            throw new ArgumentException($"'{name}' of '{component}' cannot be a file's name.");
        }

        return Path.Combine(_folder, component, name + Extension);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It lies there and is not used; the next start tries again.
        }
    }

    [LoggerMessage(2310, LogLevel.Warning, "The kept state {Path} is passed over: {Problem}")]
    private static partial void LogUnreadable(ILogger log, string path, string problem);
}
