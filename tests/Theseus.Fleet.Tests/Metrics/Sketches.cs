using FsCheck;
using FsCheck.Fluent;
using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Tests.Metrics;

/// <summary>Latencies and sketches of every size, from below the range to above it.</summary>
internal static class Sketches
{
    public static readonly Gen<TimeSpan> Latency =
        from exponent in Gen.Choose(0, 36)
        from fraction in Gen.Choose(0, 1 << 20)
        select TimeSpan.FromTicks((long)((1L << exponent) * (1 + fraction / (double)(1 << 20))));

    public static readonly Gen<List<TimeSpan>> Latencies = Latency.ListOf().Select(latencies => latencies.ToList());

    public static readonly Gen<LatencySketch> Sketch = Latencies.Select(LatencySketch.Of);

    public static void ForAll<T>(Gen<T> values, Action<T> law) => Prop.ForAll(values.ToArbitrary(), law).QuickCheckThrowOnFailure();

    public static LatencySketch OfMilliseconds(params int[] milliseconds) => LatencySketch.Of(milliseconds.Select(one => TimeSpan.FromMilliseconds(one)));
}
