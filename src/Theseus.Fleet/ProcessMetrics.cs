namespace Theseus.Fleet;

/// <summary>
/// What a node's process is like at one moment, and what it has used since it started. Of what only grows, the difference
/// between two reports of one incarnation is what was used between them, so that a lost report is made good by the next.
/// Immutable.
/// </summary>
public sealed record ProcessMetrics
{
    /// <summary>How long the process has been running, by a clock that is not set: between two reports, the time that rates are taken over.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>The processor time that it has used, of all processors and in user and kernel mode together.</summary>
    public required TimeSpan ProcessorTime { get; init; }

    /// <summary>Its memory that is in the machine's memory now, in bytes.</summary>
    public required long WorkingSetBytes { get; init; }

    /// <summary>The managed heap after the last collection, in bytes; 0 before the first.</summary>
    public required long HeapBytes { get; init; }

    /// <summary>What has been allocated on the managed heap, in bytes.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>How long its threads have stood still for the garbage collector.</summary>
    public required TimeSpan CollectionPauses { get; init; }

    /// <summary>Collections of generation 0 alone.</summary>
    public required long Generation0Collections { get; init; }

    /// <summary>Collections of generation 1.</summary>
    public required long Generation1Collections { get; init; }

    /// <summary>Collections of the whole heap.</summary>
    public required long Generation2Collections { get; init; }

    /// <summary>Threads in the thread pool now.</summary>
    public required int PoolThreads { get; init; }

    /// <summary>Work that waits for a thread of the pool now.</summary>
    public required long PoolQueue { get; init; }

    /// <summary>Work that the pool has done.</summary>
    public required long PoolCompleted { get; init; }

    /// <summary>Times that a thread had to wait for a monitor's lock.</summary>
    public required long LockContentions { get; init; }

    /// <summary>Exceptions that were thrown while somebody looked, those that were caught included.</summary>
    public required long Exceptions { get; init; }
}
