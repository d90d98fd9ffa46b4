using System.Numerics;
using System.Runtime.CompilerServices;

namespace Theseus.Fleet.Metrics;

/// <summary>
/// The buckets in which latencies are counted, the same wherever sketches are made, merged or judged: those of DDSketch
/// (Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12(12),
/// 2019, section 2). With a relative error α of 1 % and γ = (1 + α) / (1 − α), bucket i holds the latencies in (γ^(i−1),
/// γ^i] nanoseconds, and stands for 2γ^i / (γ + 1): no latency in it is further off than 1 % of itself. Thread-safe.
/// </summary>
/// <remarks>
/// <para>Latencies are whole nanoseconds from 1 ns to 1 h; what is shorter counts as 1 ns, what is longer as 1 h. So the
/// number of buckets is fixed, and none ever has to be collapsed into another.</para>
/// <para>A latency's bucket is found without a logarithm: each octave is cut into 64 pieces, none wider than 1/64 of its
/// lower end, which is less than a bucket is wide (γ − 1 = 2/99). So a piece has at most one bucket's bound inside, and one
/// comparison decides. Bounds are computed in decimal arithmetic of 28 digits, which is the same on every machine.</para>
/// </remarks>
public static class LatencyBuckets
{
    /// <summary>The greatest relative error of a latency that is told from its bucket: 0.01.</summary>
    public const double RelativeError = 0.01;

    /// <summary>How many buckets there are: their indexes run from 0 to one less.</summary>
    public const int Count = 1447;

    /// <summary>The longest latency that has a bucket of its own: 1 h, in nanoseconds.</summary>
    public const long LongestNanoseconds = 3_600_000_000_000;

    private const int PieceBits = 6;
    private const decimal Gamma = 1.01m / 0.99m;

    private static readonly double[] s_values = new double[Count];
    private static readonly long[] s_bounds = Bounds();
    private static readonly ushort[] s_firstOfPiece = FirstOfPieces();

    /// <summary>The bucket of a latency.</summary>
    /// <param name="nanoseconds">The latency, in nanoseconds; any value is taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(long nanoseconds)
    {
        nanoseconds = Math.Min(Math.Max(nanoseconds, 1), LongestNanoseconds);
        var index = (int)s_firstOfPiece[PieceOf((ulong)nanoseconds)];
        return nanoseconds > s_bounds[index] ? index + 1 : index;
    }

    /// <summary>The bucket of a latency.</summary>
    /// <param name="latency">The latency; any value is taken.</param>
    public static int IndexOf(TimeSpan latency) =>
        IndexOf(latency.Ticks > LongestNanoseconds / TimeSpan.NanosecondsPerTick ? LongestNanoseconds : latency.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>The latency that a bucket stands for, in nanoseconds.</summary>
    /// <param name="index">The bucket's index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bucket.</exception>
    public static double ValueOf(int index)
    {
        Check(index);
        return s_values[index];
    }

    /// <summary>The longest latency that a bucket holds, in whole nanoseconds.</summary>
    /// <param name="index">The bucket's index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bucket.</exception>
    public static long UpperBoundOf(int index)
    {
        Check(index);
        return s_bounds[index];
    }

    private static void Check(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
    }

    // The octave, and in it the piece: the bits after the highest one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PieceOf(ulong nanoseconds)
    {
        var zeros = BitOperations.LeadingZeroCount(nanoseconds);
        return ((63 - zeros) << PieceBits) + (int)((nanoseconds << zeros) >> (63 - PieceBits)) - (1 << PieceBits);
    }

    private static long[] Bounds()
    {
        var bounds = new long[Count];
        var power = 1m;
        for (var index = 0; index < Count; index++, power *= Gamma)
        {
            bounds[index] = (long)power;
            s_values[index] = (double)(2 * power / (Gamma + 1));
        }

        return bounds;
    }

    private static ushort[] FirstOfPieces()
    {
        var octaves = BitOperations.Log2(LongestNanoseconds) + 1;
        var first = new ushort[octaves << PieceBits];
        for (var piece = 0; piece < first.Length; piece++)
        {
            // The piece's lower end; in the lowest octaves, where there are more pieces than numbers, that may be a fraction,
            // and the pieces without a whole number are never asked for.
            var octave = piece >> PieceBits;
            var lowest = ((1UL << PieceBits) + ((ulong)piece & ((1 << PieceBits) - 1))) << octave >> PieceBits;
            var found = Array.BinarySearch(s_bounds, (long)lowest);
            first[piece] = (ushort)Math.Min(found >= 0 ? FirstOf((long)lowest, found) : ~found, Count - 1);
        }

        return first;
    }

    // Some of the first bounds are the same whole number; the bucket is the lowest of them.
    private static int FirstOf(long bound, int found)
    {
        while (found > 0 && s_bounds[found - 1] == bound)
        {
            found--;
        }

        return found;
    }
}
