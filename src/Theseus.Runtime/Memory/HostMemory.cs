using Microsoft.Extensions.Logging;
using Theseus.Packaging;

namespace Theseus.Runtime.Memory;

/// <summary>
/// What a host remembers on disk: per component the confirmed release and a swap that has begun, and the records of
/// swaps. Whatever happens to the process, after a restart the confirmed release serves, and the record of a swap that
/// was under way says so. Thread-safe; writes are on the disk when their task completes.
/// </summary>
/// <remarks>
/// One atomic replacement of a component's file is what confirms a release; all else follows from it. A release that is
/// not confirmed is forgotten by a restart.
/// </remarks>
internal sealed partial class HostMemory : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ComponentEntry> _entries = new(StringComparer.Ordinal);
    private readonly string _components;
    private readonly string _history;
    private readonly FolderLock _folder;
    private readonly IMemoryFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private bool _isDisposed;

    private HostMemory(string folder, FolderLock taken, IMemoryFiles files, TimeProvider time, ILogger log)
    {
        (_folder, _files, _time, _log) = (taken, files, time, log);
        _components = MakePrivate(Path.Combine(folder, "components"));
        _history = MakePrivate(Path.Combine(folder, "history"));
    }

    /// <summary>Opens a folder's memory, made if need be, and closes the swaps that were under way when the host last ended.</summary>
    /// <exception cref="HostMemoryException">Another host uses the folder, or it cannot be made, or not be made private.</exception>
    public static HostMemory Open(string folder, TimeProvider time, ILogger log) => Open(folder, time, log, new MemoryFiles());

    internal static HostMemory Open(string folder, TimeProvider time, ILogger log, IMemoryFiles files)
    {
        folder = MakePrivate(Path.GetFullPath(folder));
        var taken = FolderLock.Take(folder);
        try
        {
            var memory = new HostMemory(folder, taken, files, time, log);
            foreach (var component in ComponentFile.ComponentsIn(memory._components))
            {
                memory.Entry_NeedsGate(component);
            }

            return memory;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>What is remembered of a component; a component that nothing is known of has no confirmed release.</summary>
    /// <exception cref="HostMemoryException">Its file and the copy of it are damaged.</exception>
    public ComponentMemory Get(string component)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(component, out var entry))
            {
                return entry.Fault is null ? entry.Memory : throw entry.Fault;
            }
        }

        return new(component, null, null, null);
    }

    /// <summary>Remembers that a swap begins.</summary>
    public Task BeginSwapAsync(SwapRecord record, CancellationToken cancellationToken) => ChangeAsync(record.Component, entry =>
    {
        // One that is still pending is not under way but could not be ended on a failing disk: it must not bar all later ones.
        entry.Write(entry.Memory with { Pending = new(record.Id, record.From, record.To, record.Step, record.StartedAt) });
        entry.History.Append(record);
    }, cancellationToken);

    /// <summary>Remembers the step that the swap under way has reached. Never call it while callers are held back: it waits for the disk.</summary>
    public Task StepAsync(string component, string step, CancellationToken cancellationToken) => ChangeAsync(component, entry =>
    {
        var pending = entry.Memory.Pending ?? throw new InvalidOperationException($"No swap of component '{component}' is under way.");
        entry.Write(entry.Memory with { Pending = pending with { Step = step } });
    }, cancellationToken);

    /// <summary>
    /// Remembers the release that serves after a restart, and forgets the swap that led to it. The former one becomes the
    /// previous one. When it throws, the former one is what is remembered, on the disk too.
    /// </summary>
    /// <exception cref="HostMemoryException">It cannot be told which of the two the disk has; the next write that succeeds settles it.</exception>
    public Task ConfirmAsync(string component, ReleaseRef confirmed, CancellationToken cancellationToken) => ChangeAsync(component, entry =>
    {
        var previous = entry.Memory.Confirmed == confirmed ? entry.Memory.Previous : entry.Memory.Confirmed;
        entry.Write(new(component, confirmed, previous, null));
    }, cancellationToken);

    /// <summary>Forgets the swap under way, if there is one.</summary>
    public Task ForgetPendingAsync(string component, CancellationToken cancellationToken) => ChangeAsync(component, static entry =>
    {
        if (entry.Memory.Pending is not null)
        {
            entry.Write(entry.Memory with { Pending = null });
        }
    }, cancellationToken);

    /// <summary>Records how a swap ended, and forgets it as one under way. May be called again for one that has ended, when more is known of it.</summary>
    public Task EndSwapAsync(SwapRecord record, CancellationToken cancellationToken) => ChangeAsync(record.Component, entry =>
    {
        ArgumentNullException.ThrowIfNull(record.Outcome);
        // First the record: a crash in between leaves a swap that is remembered as under way but has its end on record.
        entry.History.Append(record);
        if (entry.Memory.Pending?.Id == record.Id)
        {
            entry.Write(entry.Memory with { Pending = null });
        }
        else if (entry.IsInDoubt)
        {
            entry.Write(entry.Memory);
        }
    }, cancellationToken);

    /// <summary>The newest records of a component's swaps, the newest first.</summary>
    public IReadOnlyList<SwapRecord> ReadHistory(string component, int newest)
    {
        _gate.Wait();
        try
        {
            return [.. Entry_NeedsGate(component).History.Read().Reverse().Take(newest)];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Lets the folder go to another host.</summary>
    public void Dispose()
    {
        _gate.Wait();
        try
        {
            _isDisposed = true;
            _folder.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ChangeAsync(string component, Action<ComponentEntry> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // From here on the folder may be another host's.
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            // A write that was begun is not cancelled: half-done is worse than done.
            await Task.Run(() =>
            {
                var entry = Entry_NeedsGate(component);
                change(entry.Fault is null ? entry : throw entry.Fault);
            }, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private ComponentEntry Entry_NeedsGate(string component)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(component, out var known))
            {
                return known;
            }
        }

        ThrowIfNotAName(component);
        var entry = ComponentEntry.Open(component, new(_components, component, _files), new(_history, component, _files), warning => LogDamage(_log, warning));
        if (entry.Fault is null)
        {
            foreach (var closed in entry.CloseInterrupted(_time))
            {
                LogInterrupted(_log, closed.Id, component, closed.Detail);
            }
        }
        else
        {
            LogUnreadable(_log, entry.Fault.Message);
        }

        lock (_lock)
        {
            return _entries[component] = entry;
        }
    }

    private static string MakePrivate(string folder)
    {
        try
        {
            PrivateFolder.Create(folder);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostMemoryException(
                folder,
                $"Folder '{folder}' cannot be made such that the host's user alone can look into it: {e.Message} Set Theseus:DataFolder to a folder of that user's, on a file system that knows permissions.",
                e);
        }
    }

    // It becomes a file's name.
    private static void ThrowIfNotAName(string component)
    {
        ArgumentException.ThrowIfNullOrEmpty(component);
        if (!ComponentName.IsValid(component))
        {
            throw new ArgumentException($"'{component}' is not a component's name: {ComponentName.Rule}.", nameof(component));
        }
    }

    [LoggerMessage(2300, LogLevel.Warning, "{Damage}")]
    private static partial void LogDamage(ILogger log, string damage);

    [LoggerMessage(2301, LogLevel.Warning, "Swap {Id} of component '{Component}' was under way when the host ended. {Detail}")]
    private static partial void LogInterrupted(ILogger log, string id, string component, string? detail);

    [LoggerMessage(2302, LogLevel.Error, "{Fault}")]
    private static partial void LogUnreadable(ILogger log, string fault);
}
