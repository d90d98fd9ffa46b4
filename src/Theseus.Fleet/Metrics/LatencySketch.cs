using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Theseus.Fleet.Wire;

namespace Theseus.Fleet.Metrics;

/// <summary>
/// How long calls took: their latencies, counted in <see cref="LatencyBuckets"/>. Quantiles are at most 1 % off. Immutable,
/// compared by value; at most <see cref="LatencyBuckets.Count"/> buckets of 16 bytes, and only those that are not empty.
/// </summary>
/// <remarks>
/// Sketches are merged without loss: the sketch of two sets of latencies is the merged sketch of each, in whatever order
/// and however grouped. An hour counts as an hour whatever was longer, and 1 ns whatever was shorter.
/// </remarks>
[JsonConverter(typeof(SketchForm))]
public sealed class LatencySketch : IEquatable<LatencySketch>
{
    /// <summary>How many latencies a sketch can hold: 2^53, which any number format can bear.</summary>
    public const long MostLatencies = 1L << 53;

    private const int MostFaults = 8;

    private LatencySketch(ImmutableArray<LatencyBucket> buckets, long count)
    {
        Buckets = buckets;
        Count = count;
    }

    /// <summary>The sketch of nothing.</summary>
    public static LatencySketch Empty { get; } = new([], 0);

    /// <summary>The buckets that are not empty, by ascending index.</summary>
    public ImmutableArray<LatencyBucket> Buckets { get; }

    /// <summary>How many latencies were counted.</summary>
    public long Count { get; }

    /// <summary>The sum of all latencies in nanoseconds, at most 1 % off.</summary>
    public double SumNanoseconds
    {
        get
        {
            double sum = 0;
            foreach (var bucket in Buckets)
            {
                sum += bucket.Count * LatencyBuckets.ValueOf(bucket.Index);
            }

            return sum;
        }
    }

    /// <summary>Counts latencies.</summary>
    /// <param name="latencies">The latencies, in any order.</param>
    public static LatencySketch Of(IEnumerable<TimeSpan> latencies)
    {
        ArgumentNullException.ThrowIfNull(latencies);
        var counts = new long[LatencyBuckets.Count];
        foreach (var latency in latencies)
        {
            counts[LatencyBuckets.IndexOf(latency)]++;
        }

        return FromCounts(counts);
    }

    /// <summary>Makes a sketch of buckets that came from elsewhere.</summary>
    /// <param name="buckets">The buckets that are not empty, by ascending index.</param>
    /// <exception cref="ArgumentException">They are not those of a sketch; the message names every fault.</exception>
    public static LatencySketch FromBuckets(IReadOnlyList<LatencyBucket> buckets) => FaultsOf(buckets) is { Count: > 0 } faults
        ? throw new ArgumentException(string.Join(" ", faults), nameof(buckets))
        : Made([.. buckets]);

    /// <summary>Makes a sketch of counts, the place of each being its bucket's index.</summary>
    /// <param name="counts">The counts, at most <see cref="LatencyBuckets.Count"/> of them; what is missing at the end is 0.</param>
    /// <exception cref="ArgumentException">One is negative, there are too many, or together they are more than <see cref="MostLatencies"/>.</exception>
    public static LatencySketch FromCounts(ReadOnlySpan<long> counts)
    {
        var buckets = ImmutableArray.CreateBuilder<LatencyBucket>();
        for (var index = 0; index < counts.Length; index++)
        {
            if (counts[index] != 0)
            {
                buckets.Add(new(index, counts[index]));
            }
        }

        var found = buckets.DrainToImmutable();
        return FaultsOf(found) is { Count: > 0 } faults ? throw new ArgumentException(string.Join(" ", faults), nameof(counts)) : Made(found);
    }

    /// <summary>What keeps buckets from being those of a sketch, in words; none when nothing does. At most eight faults are told.</summary>
    /// <param name="buckets">The buckets.</param>
    public static IReadOnlyList<string> FaultsOf(IReadOnlyList<LatencyBucket> buckets)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        var faults = new List<string>();
        var (previous, left) = (-1, MostLatencies);
        for (var place = 0; place < buckets.Count && faults.Count < MostFaults; place++)
        {
            var (index, count) = buckets[place];
            if (index is < 0 or >= LatencyBuckets.Count)
            {
                faults.Add($"Bucket {place} has the index {index}; there are those from 0 to {LatencyBuckets.Count - 1}.");
            }
            else if (index <= previous)
            {
                faults.Add($"Bucket {place} has the index {index} after {previous}; give each bucket once, in ascending order.");
            }
            else
            {
                previous = index;
            }

            if (count <= 0)
            {
                faults.Add($"Bucket {place} has the count {count}; leave empty buckets out, and count upwards.");
            }
            else if (count > left)
            {
                faults.Add($"Up to bucket {place} there are more than {MostLatencies} latencies, which is what a sketch can hold.");
                break;
            }

            left -= Math.Max(count, 0);
        }

        return faults;
    }

    /// <summary>Merges many sketches, faster than one by one.</summary>
    /// <param name="sketches">The sketches, in any order.</param>
    /// <exception cref="OverflowException">Together they hold more than <see cref="MostLatencies"/>.</exception>
    public static LatencySketch Merge(IEnumerable<LatencySketch> sketches)
    {
        ArgumentNullException.ThrowIfNull(sketches);
        var counts = new long[LatencyBuckets.Count];
        long total = 0;
        foreach (var sketch in sketches)
        {
            total = Total(total, sketch.Count);
            foreach (var bucket in sketch.Buckets)
            {
                counts[bucket.Index] += bucket.Count;
            }
        }

        return FromCounts(counts);
    }

    /// <summary>The sketch of what either holds.</summary>
    /// <param name="other">The other.</param>
    /// <exception cref="OverflowException">Together they hold more than <see cref="MostLatencies"/>.</exception>
    public LatencySketch Merge(LatencySketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        var total = Total(Count, other.Count);
        var merged = ImmutableArray.CreateBuilder<LatencyBucket>(Buckets.Length + other.Buckets.Length);
        var (mine, its) = (0, 0);
        while (mine < Buckets.Length || its < other.Buckets.Length)
        {
            var order = mine == Buckets.Length ? 1 : its == other.Buckets.Length ? -1 : Buckets[mine].Index.CompareTo(other.Buckets[its].Index);
            merged.Add(order switch
            {
                < 0 => Buckets[mine++],
                > 0 => other.Buckets[its++],
                _ => new(Buckets[mine].Index, Buckets[mine++].Count + other.Buckets[its++].Count),
            });
        }

        return new(merged.DrainToImmutable(), total);
    }

    /// <summary>What was counted since an earlier sketch of the same, growing, set: merged with that one it is this one.</summary>
    /// <param name="earlier">The earlier sketch.</param>
    /// <exception cref="ArgumentException">It holds something that this one does not, so it is no earlier one.</exception>
    public LatencySketch Since(LatencySketch earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        var since = ImmutableArray.CreateBuilder<LatencyBucket>();
        var its = 0;
        foreach (var bucket in Buckets)
        {
            var before = its < earlier.Buckets.Length && earlier.Buckets[its].Index == bucket.Index ? earlier.Buckets[its++].Count : 0;
            if (before > bucket.Count)
            {
                throw NotEarlier();
            }

            if (before < bucket.Count)
            {
                since.Add(bucket with { Count = bucket.Count - before });
            }
        }

        return its == earlier.Buckets.Length ? new(since.DrainToImmutable(), Count - earlier.Count) : throw NotEarlier();
    }

    /// <summary>
    /// The latency in nanoseconds that a share of all does not exceed, at most 1 % off: the one of rank ⌊q(n − 1)⌋, counted
    /// from 0 (the paper's definition). Null when there is none, for then there is no such latency.
    /// </summary>
    /// <param name="q">The share, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double? Quantile(double q)
    {
        if (q is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(q), q, "Ask for a share from 0 to 1.");
        }

        var rank = Math.Min((long)(q * (Count - 1)), Count - 1);
        foreach (var bucket in Buckets)
        {
            rank -= bucket.Count;
            if (rank < 0)
            {
                return LatencyBuckets.ValueOf(bucket.Index);
            }
        }

        return null;
    }

    /// <summary>How many latencies are not longer than a bound, save that all in the bound's own bucket count as not longer.</summary>
    /// <param name="bound">The bound.</param>
    public long CountAtMost(TimeSpan bound)
    {
        var last = LatencyBuckets.IndexOf(bound);
        long count = 0;
        foreach (var bucket in Buckets)
        {
            if (bucket.Index > last)
            {
                break;
            }

            count += bucket.Count;
        }

        return count;
    }

    /// <summary>How many latencies are longer than a bound, save that those in the bound's own bucket do not count: all others of <see cref="CountAtMost"/>.</summary>
    /// <param name="bound">The bound.</param>
    public long CountAbove(TimeSpan bound) => Count - CountAtMost(bound);

    /// <summary>Whether both hold the same.</summary>
    /// <param name="other">The other; null is equal to none.</param>
    public bool Equals(LatencySketch? other) => other is not null && Count == other.Count && Buckets.AsSpan().SequenceEqual(other.Buckets.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LatencySketch);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var bucket in Buckets)
        {
            hash.Add(bucket);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Count == 0
        ? "no latencies"
        : string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Count} latencies, p50 {Quantile(0.5) / 1e6:0.######} ms, p99 {Quantile(0.99) / 1e6:0.######} ms");

    private static LatencySketch Made(ImmutableArray<LatencyBucket> buckets)
    {
        long count = 0;
        foreach (var bucket in buckets)
        {
            count += bucket.Count;
        }

        return count == 0 ? Empty : new(buckets, count);
    }

    // Neither can be more than the most, so their sum is no overflow of its own.
    private static long Total(long one, long other) => one + other <= MostLatencies
        ? one + other
        : throw new OverflowException($"The sketches hold more than {MostLatencies} latencies together, which is what one can hold; judge shorter windows.");

    private static ArgumentException NotEarlier() =>
        new("It holds latencies that this sketch does not hold, so it is no earlier one of the same set; count from the beginning instead.", "earlier");
}
