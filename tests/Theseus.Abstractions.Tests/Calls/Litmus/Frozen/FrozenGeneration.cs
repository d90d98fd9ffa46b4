using System.Diagnostics.CodeAnalysis;

namespace Theseus.Calls.Litmus.Frozen;

/// <summary>
/// The counters of <see cref="GenerationLeases"/> as they were when the controls were frozen, part by part; only the
/// barriers can be left out. Not to be mended with the original: the litmus has to go on catching what is wrong here.
/// </summary>
internal sealed class FrozenGeneration(Target target, int methods, bool hasBarriers)
{
    private const int Padding = 16;

    private readonly Lock _lock = new();
    private volatile long[]?[] _cells = [];
    private volatile TaskCompletionSource? _drain;

    public Target Target { get; } = target;

    public long Admitted => Sum(0);

    public long InFlight
    {
        get
        {
            var exits = Sum(1);
            Interlocked.MemoryBarrier();
            return Sum(0) - exits;
        }
    }

    public bool TryCountIn(int index, int method, [NotNullWhen(true)] out long[]? cell)
    {
        var cells = _cells;
        if ((uint)index < (uint)cells.Length && (cell = cells[index]) is not null)
        {
            ref var entries = ref cell[Padding + 2 * method];
            Volatile.Write(ref entries, entries + 1);
            return true;
        }

        cell = null;
        return false;
    }

    public long[] CountIn(int index, int method)
    {
        long[]? cell;
        while (!TryCountIn(index, method, out cell))
        {
            AddCell(index);
        }

        return cell;
    }

    public void CountOut(int index, int method)
    {
        var cells = _cells;
        CountOut((uint)index < (uint)cells.Length && cells[index] is { } cell ? cell : AddCell(index), method);
    }

    public void CountOut(long[] cell, int method)
    {
        ref var exits = ref cell[Padding + 2 * method + 1];
        Volatile.Write(ref exits, exits + 1);
        if (_drain is { } drain)
        {
            CompleteIfDrained(drain);
        }
    }

    public Task DrainAsync()
    {
        TaskCompletionSource drain;
        lock (_lock)
        {
            if (_drain is { } underWay)
            {
                return underWay.Task;
            }

            BarrierOnAllProcessors();
            drain = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _drain = drain;
        }

        BarrierOnAllProcessors();
        CompleteIfDrained(drain);
        return drain.Task;
    }

    public void StopDraining()
    {
        lock (_lock)
        {
            _drain?.TrySetCanceled();
            _drain = null;
        }
    }

    private void BarrierOnAllProcessors()
    {
        if (hasBarriers)
        {
            Interlocked.MemoryBarrierProcessWide();
        }
    }

    private long[] AddCell(int index)
    {
        lock (_lock)
        {
            var cells = _cells;
            if (index < cells.Length && cells[index] is { } cell)
            {
                return cell;
            }

            var copy = new long[]?[Math.Max(cells.Length, index + 1)];
            cells.CopyTo(copy, 0);
            copy[index] = cell = new long[2 * Padding + 2 * methods];
            _cells = copy;
            return cell;
        }
    }

    private void CompleteIfDrained(TaskCompletionSource drain)
    {
        Interlocked.MemoryBarrier();
        if (InFlight == 0)
        {
            drain.TrySetResult();
        }
    }

    private long Sum(int side)
    {
        long sum = 0;
        foreach (var cell in _cells)
        {
            for (var method = 0; cell is not null && method < methods; method++)
            {
                sum += Volatile.Read(ref cell[Padding + 2 * method + side]);
            }
        }

        return sum;
    }
}
