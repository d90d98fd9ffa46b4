namespace Theseus.Runtime.Memory;

/// <summary>One component's file and history, and what they say. Not thread-safe, but for reading <see cref="Memory"/>.</summary>
internal sealed class ComponentEntry
{
    private readonly ComponentFile _file;
    private volatile ComponentMemory _memory;

    private ComponentEntry(ComponentFile file, SwapHistory history, ComponentMemory memory, HostMemoryException? fault) =>
        (_file, History, _memory, Fault) = (file, history, memory, fault);

    public ComponentMemory Memory => _memory;

    public SwapHistory History { get; }

    /// <summary>Why the file cannot be used; null when it can.</summary>
    public HostMemoryException? Fault { get; }

    public static ComponentEntry Open(string component, ComponentFile file, SwapHistory history, Action<string> warn)
    {
        history.Open(warn);
        var nothing = new ComponentMemory(component, null, null, null);
        try
        {
            return new(file, history, file.Read(warn) ?? nothing, null);
        }
        catch (HostMemoryException fault)
        {
            return new(file, history, nothing, fault);
        }
    }

    public void Write(ComponentMemory memory)
    {
        _file.Write(memory);
        // Only once it is on the disk.
        _memory = memory;
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
