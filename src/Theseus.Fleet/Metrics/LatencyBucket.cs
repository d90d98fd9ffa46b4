namespace Theseus.Fleet.Metrics;

/// <summary>How many latencies one bucket holds.</summary>
/// <param name="Index">The bucket's index, as in <see cref="LatencyBuckets"/>.</param>
/// <param name="Count">How many; in a sketch greater than zero.</param>
public readonly record struct LatencyBucket(int Index, long Count);
