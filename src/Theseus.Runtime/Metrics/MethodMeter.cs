using System.Numerics;
using Theseus.Fleet.Metrics;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// Counts the calls of one method on one generation. Lock-free; every counter only grows, so that nothing is negative
/// between two readings. Thread-safe.
/// </summary>
/// <remarks>
/// Each processor has counters of its own, a stripe, so that threads that run at once do not write to one cache line. They
/// are made when the first call of the method ends on the processor: 11.8 kB for each of at most 64 processors (rounded up
/// to a power of two) that the method was called on, and nothing for a method that is not called. The writes are atomic,
/// for a thread may be moved to another processor between asking for its number and counting.
/// </remarks>
internal sealed class MethodMeter
{
    private const int MostStripes = 64;

    // 128 bytes on each side, as with leases.
    private const int Padding = 16;
    private const int Untimed = Padding;
    private const int Timed = Padding + 1;

    private static readonly int s_stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MostStripes));

    private readonly FailureKinds _failures = new();
    private volatile long[]?[] _stripes = new long[]?[s_stripes];
    private long _givenUp;
    private volatile MethodMetrics? _last;

    /// <summary>How many bytes a method's counters take at the most, headers and failures aside.</summary>
    public static int MostBytes { get; } = s_stripes * Length * sizeof(long);

    private static int Length => LatencyBuckets.Count + 1 + 2 * Padding;

    /// <summary>Counts a call that was answered.</summary>
    /// <param name="nanoseconds">How long it took; negative when it was not timed.</param>
    public void CountAnswered(long nanoseconds)
    {
        var stripes = _stripes;
        var place = Thread.GetCurrentProcessorId() & (stripes.Length - 1);
        if ((stripes[place] ?? AddStripe(stripes, place)) is { } stripe)
        {
            Interlocked.Increment(ref stripe[nanoseconds < 0 ? Untimed : Timed + LatencyBuckets.IndexOf(nanoseconds)]);
        }
    }

    public void CountFailed(string kind) => _failures.Count(kind);

    public void CountGivenUp() => Interlocked.Increment(ref _givenUp);

    /// <summary>What was counted so far; null when nothing was.</summary>
    /// <param name="method">The method's name.</param>
    public MethodMetrics? Read(string method)
    {
        // In this order: whoever finds the stripes emptied finds what was in them.
        var stripes = _stripes;
        if (_last is { } last)
        {
            return last;
        }

        var (counts, untimed) = (new long[LatencyBuckets.Count], 0L);
        foreach (ref var place in stripes.AsSpan())
        {
            if (Volatile.Read(ref place) is { } stripe)
            {
                untimed += Volatile.Read(ref stripe[Untimed]);
                for (var bucket = 0; bucket < counts.Length; bucket++)
                {
                    counts[bucket] += Volatile.Read(ref stripe[Timed + bucket]);
                }
            }
        }

        var latency = LatencySketch.FromCounts(counts);
        var metrics = new MethodMetrics
        {
            Method = method,
            Answered = latency.Count + untimed,
            GivenUp = Interlocked.Read(ref _givenUp),
            FailuresByKind = _failures.Read(),
            Latency = latency,
        };
        return metrics.Calls == 0 ? null : metrics;
    }

    /// <summary>Keeps what was counted in a few bytes, once no call of it can come or end any more.</summary>
    public void Close(string method)
    {
        _last = Read(method);
        _stripes = new long[]?[s_stripes];
    }

    // Null where there is no memory for it: a call must not fail for that.
    private static long[]? AddStripe(long[]?[] stripes, int place)
    {
        try
        {
            Interlocked.CompareExchange(ref stripes[place], new long[Length], null);
            return stripes[place];
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }
}
