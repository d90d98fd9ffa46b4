namespace Theseus.Runtime.Memory;

/// <summary>One component's file and history, and what they say. Not thread-safe, but for reading <see cref="Memory"/>.</summary>
internal sealed class ComponentEntry
{
    private readonly ComponentFile _file;
    private readonly Action<string> _warn;
    private volatile ComponentMemory _memory;

    private ComponentEntry(ComponentFile file, SwapHistory history, ComponentMemory memory, HostMemoryException? fault, Action<string> warn) =>
        (_file, History, _memory, Fault, _warn) = (file, history, memory, fault, warn);

    public ComponentMemory Memory => _memory;

    public SwapHistory History { get; }

    /// <summary>Why the file cannot be used; null when it can.</summary>
    public HostMemoryException? Fault { get; }

    /// <summary>Whether the file may say something else than <see cref="Memory"/>, since a write failed. The next write that succeeds mends it.</summary>
    public bool IsInDoubt { get; private set; }

    public static ComponentEntry Open(string component, ComponentFile file, SwapHistory history, Action<string> warn)
    {
        history.Open(warn);
        var nothing = new ComponentMemory(component, null, null, null);
        try
        {
            return new(file, history, file.Read(warn) ?? nothing, null, warn);
        }
        catch (HostMemoryException fault)
        {
            return new(file, history, nothing, fault, warn);
        }
    }

    /// <summary>Writes, so that the file and <see cref="Memory"/> say the same afterwards, whether it succeeds or throws.</summary>
    /// <exception cref="HostMemoryException">It failed, and what the file says now cannot be told.</exception>
    public void Write(ComponentMemory memory)
    {
        try
        {
            _file.Write(memory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (TryPutBack())
            {
                throw;
            }

            IsInDoubt = true;
            if (!_file.Says(memory))
            {
                ThrowIfInDoubt(memory, failure);
                throw;
            }

            // The new file is in its place and can be neither completed nor undone: a restart would go by it, and so do we.
            _warn($"Writing what is remembered of component '{memory.Component}' failed after the file had been replaced, and the former one could not be put back; it holds, and is written again with the next change: {failure.Message}");
            _memory = memory;
            return;
        }

        // Only once it is on the disk.
        _memory = memory;
        IsInDoubt = false;
    }

    /// <summary>A write that failed may have replaced the file all the same, and a restart would go by it.</summary>
    private bool TryPutBack()
    {
        try
        {
            _file.Write(_memory);
            IsInDoubt = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void ThrowIfInDoubt(ComponentMemory memory, Exception failure)
    {
        if (_file.Says(_memory))
        {
            return;
        }

        var problem = $"What is remembered of component '{memory.Component}' could not be written ({failure.Message}), nor could what was remembered before be put back. "
            + $"After a restart the host may serve {_memory.Confirmed?.Version ?? "no release"} or {memory.Confirmed?.Version ?? "no release"}, until a later write succeeds: free space, or mend the folder's permissions.";
        _warn(problem);
        throw new HostMemoryException(_file.Location, problem, failure);
    }

    /// <summary>Closes the swaps that have no end, since the host that made them has ended. Doing it again changes nothing.</summary>
    public IReadOnlyList<SwapRecord> CloseInterrupted(TimeProvider time)
    {
        var records = History.Read();
        var open = records.Where(static record => record.Outcome is null).ToList();
        if (Memory.Pending is { } pending && records.All(record => record.Id != pending.Id))
        {
            open.Add(new() { Id = pending.Id, Component = Memory.Component, From = pending.From, To = pending.To, Step = pending.Step, StartedAt = pending.StartedAt });
        }

        var closed = open.Select(record => Close(record, time.GetUtcNow())).ToList();
        closed.ForEach(History.Append);
        if (Memory.Pending is not null)
        {
            Write(Memory with { Pending = null });
        }

        return closed;
    }

    private SwapRecord Close(SwapRecord record, DateTimeOffset now)
    {
        var step = Memory.Pending is { } pending && pending.Id == record.Id ? pending.Step : record.Step;
        var why = Memory.Confirmed switch
        {
            null => "No release serves, since none was ever confirmed.",
            var confirmed when confirmed == record.To => $"{confirmed} serves, since it had been confirmed by then.",
            var confirmed => $"{confirmed} serves, since it is the confirmed release and {record.To} was not confirmed.",
        };
        return record with
        {
            Step = step,
            EndedAt = now,
            Outcome = SwapRecord.Interrupted,
            Reason = "HostEnded",
            Detail = $"The host ended while the swap was at step '{step}'. {why}",
            Serves = Memory.Confirmed,
        };
    }
}
