using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Theseus.Calls;

/// <summary>
/// The leases on one generation: who is inside it, counted so that callers pay next to nothing. Each thread counts its
/// own entries and exits per contract method, with plain increments of counters that no other thread writes. Thread-safe.
/// </summary>
/// <remarks>
/// <para>The protocol, an asymmetric variant of sleepable RCU (McKenney, "Sleepable RCU", 2006) with counters per
/// generation instead of two phases per slot:</para>
/// <para>A caller reads the routing snapshot S, counts itself in on the generation that S names, then reads the snapshot
/// again. Only if it is still S may it call; otherwise it counts itself out and begins anew. The swapper publishes a
/// snapshot that no longer names the generation, has every processor execute a full barrier, makes its drain visible to
/// those who leave, has every processor execute a barrier once more, then sums. Whoever leaves and sees the drain executes
/// a barrier of its own and sums too; the last one out completes the drain.</para>
/// <para>Why no call is missed: take a caller whose second read still gave S. That read came before the swapper's
/// publication was visible to it, hence before the process-wide barrier took effect on its processor, and its own entry,
/// earlier in program order, is made visible by that barrier to the sums that follow. The processor may delay the entry
/// past the second read, but not past the barrier.</para>
/// <para>Why the sums do not lie: exits are summed first, entries second. Both only grow and no exit is visible before
/// its entry, so if the two sums are equal there was a moment in between at which nobody was inside. After the barrier
/// nobody can get in for good, so one such moment is enough.</para>
/// <para>An exit may happen on another thread than its entry, so the two are summed over all threads, never compared per
/// thread. The one exception is <see cref="SynchronousDepth"/>.</para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GenerationLeases
{
    // 128 bytes on each side: two threads' counters never share a cache line, nor a pair fetched together.
    private const int Padding = 16;

    private readonly Lock _lock = new();
    private readonly int _methods;
    private object? _instance;
    private volatile long[]?[] _cells = [];
    private volatile bool _isClosing; // set before a drain's first barrier
    private volatile TaskCompletionSource? _drain; // the drain under way, or done; null when callers may be sent here

    /// <summary>Makes the leases of a generation that nobody has entered.</summary>
    /// <param name="instance">The implementation to call.</param>
    /// <param name="methods">How many methods the contract's proxy has.</param>
    /// <param name="meter">Where its calls are counted and timed while somebody looks; null where nobody ever does.</param>
    public GenerationLeases(object instance, int methods, CallMeter? meter = null)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentOutOfRangeException.ThrowIfNegative(methods);
        _instance = instance;
        _methods = methods;
        Meter = meter;
    }

    /// <summary>The implementation. Only a holder of a lease may ask; null once it has been let go.</summary>
    public object? Instance
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _instance;
    }

    /// <summary>Where the generation's calls are counted and timed while somebody looks; null where nobody ever does.</summary>
    internal CallMeter? Meter { get; }

    /// <summary>How many calls are inside. Exact when nobody can enter any more; otherwise a value that was true or too high.</summary>
    public long InFlight
    {
        get
        {
            var exits = Sum(first: 1);
            Interlocked.MemoryBarrier();
            return Sum(first: 0) - exits;
        }
    }

    /// <summary>
    /// Whether this generation is being emptied. For whoever counts in without a route: count in, then ask; when the answer
    /// is no, the drain that may follow waits for the call, since it says so here before its first barrier.
    /// </summary>
    internal bool IsClosing => _isClosing;

    /// <summary>How many calls were ever admitted.</summary>
    public long Admitted => Sum(first: 0);

    /// <summary>Counts the current thread in, if it has counters here.</summary>
    /// <param name="index">The current thread's number.</param>
    /// <param name="method">The method's number.</param>
    /// <param name="cell">The current thread's counters.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryCountIn(int index, int method, [NotNullWhen(true)] out long[]? cell)
    {
        var cells = _cells;
        if ((uint)index < (uint)cells.Length && (cell = cells[index]) is not null)
        {
            ref var entries = ref Counter(cell, method, 0);
            // A release store, so that the compiler keeps it before the caller's second, acquiring, read of the
            // snapshot; the processor may still delay it, which is what the process-wide barrier is for.
            Volatile.Write(ref entries, entries + 1);
            return true;
        }

        cell = null;
        return false;
    }

    /// <summary>How often a method was entered on the thread that these counters are of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long EntriesOf(long[] cell, int method) => Counter(cell, method, 0);

    /// <summary>Counts the current thread in, making its counters if it has none.</summary>
    internal long[] CountIn(int method)
    {
        long[]? cell;
        while (!TryCountIn(LeaseThread.Index, method, out cell))
        {
            AddCell();
        }

        return cell;
    }

    /// <summary>Counts a call out, on whichever thread it ends.</summary>
    internal void CountOut(int method)
    {
        var cells = _cells;
        var index = LeaseThread.Index;
        if ((uint)index >= (uint)cells.Length || cells[index] is not { } cell)
        {
            cell = AddCell();
        }

        CountOut(cell, method);
    }

    /// <summary>Counts a call out, on the thread that these counters are of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CountOut(long[] cell, int method)
    {
        ref var exits = ref Counter(cell, method, 1);
        Volatile.Write(ref exits, exits + 1);
        // Either the drainer's sums see the exit above, or this read sees its drain: the drainer sets it, then has every
        // processor execute a barrier, then sums.
        if (_drain is { } drain)
        {
            CompleteIfDrained(drain);
        }
    }

    /// <summary>
    /// Completes when nobody is inside. Call it only after publishing a snapshot that does not name this generation, or
    /// callers will go on entering. While a drain is under way, or done, asking again gives the same task.
    /// </summary>
    public Task DrainAsync()
    {
        TaskCompletionSource drain;
        lock (_lock)
        {
            if (_drain is { } underWay)
            {
                return underWay.Task;
            }

            _isClosing = true;
            // The first barrier makes every admitted entry visible, and stands before the drain can be seen: whoever
            // leaves and sees it may sum too, and must not miss an entry that another processor still holds back.
            Interlocked.MemoryBarrierProcessWide();
            drain = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _drain = drain;
        }

        // The second makes visible the exit of every caller that left without seeing the drain.
        Interlocked.MemoryBarrierProcessWide();
        CompleteIfDrained(drain);
        return drain.Task;
    }

    /// <summary>
    /// Gives up draining, before a snapshot that names this generation is published again. Whoever still waits is told
    /// that the drain was cancelled.
    /// </summary>
    public void StopDraining()
    {
        lock (_lock)
        {
            _drain?.TrySetCanceled();
            _drain = null;
            _isClosing = false;
        }
    }

    /// <summary>Lets the implementation go. Call it only after a drain.</summary>
    public void Release() => _instance = null;

    /// <summary>The calls that are inside, by method number; those with none are left out.</summary>
    public IReadOnlyList<(int Method, long Calls)> InFlightByMethod()
    {
        var inside = new List<(int, long)>();
        for (var method = 0; method < _methods; method++)
        {
            var exits = SumOf(method, 1);
            Interlocked.MemoryBarrier();
            var calls = SumOf(method, 0) - exits;
            if (calls > 0)
            {
                inside.Add((method, calls));
            }
        }

        return inside;
    }

    /// <summary>
    /// How many synchronous calls of the given methods the current thread is inside of. Exact, since such a call ends on
    /// the thread it began on.
    /// </summary>
    /// <param name="synchronousMethods">Which methods only ever end on the thread they began on.</param>
    public long SynchronousDepth(ReadOnlySpan<bool> synchronousMethods)
    {
        var cells = _cells;
        var index = LeaseThread.Index;
        if ((uint)index >= (uint)cells.Length || cells[index] is not { } cell)
        {
            return 0;
        }

        long depth = 0;
        for (var method = 0; method < _methods; method++)
        {
            if (synchronousMethods[method])
            {
                depth += Counter(cell, method, 0) - Counter(cell, method, 1);
            }
        }

        return depth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref long Counter(long[] cell, int method, int side) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(cell), Padding + 2 * method + side);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] AddCell()
    {
        var index = LeaseThread.EnsureIndex();
        lock (_lock)
        {
            var cells = _cells;
            if (index < cells.Length && cells[index] is { } cell)
            {
                return cell;
            }

            // Copied, not grown in place: readers hold the array without a lock. The cells themselves stay the same.
            var copy = new long[]?[Math.Max(cells.Length, index + 1)];
            cells.CopyTo(copy, 0);
            copy[index] = cell = new long[2 * Padding + 2 * _methods];
            _cells = copy;
            return cell;
        }
    }

    // The drain is the one that was seen before summing, never the one in force after: a caller that was suspended in
    // here must not complete a later drain with what it saw during an earlier one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CompleteIfDrained(TaskCompletionSource drain)
    {
        // Of two callers that leave at once, at least one must see the exit of the other, or neither would complete.
        Interlocked.MemoryBarrier();
        if (InFlight == 0)
        {
            drain.TrySetResult();
        }
    }

    private long Sum(int first)
    {
        long sum = 0;
        foreach (var cell in _cells)
        {
            for (var method = 0; cell is not null && method < _methods; method++)
            {
                sum += Volatile.Read(ref Counter(cell, method, first));
            }
        }

        return sum;
    }

    private long SumOf(int method, int side)
    {
        long sum = 0;
        foreach (var cell in _cells)
        {
            if (cell is not null)
            {
                sum += Volatile.Read(ref Counter(cell, method, side));
            }
        }

        return sum;
    }
}
