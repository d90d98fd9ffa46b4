using FsCheck.Fluent;
using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Tests.Metrics;

public sealed class LatencySketchLaws
{
    [Fact]
    public void EveryQuantileIsAtMostOnePercentOff() => Sketches.ForAll(
        Sketches.Latencies.Where(latencies => latencies.Count > 0).Zip(Gen.Choose(0, 1000)),
        one =>
        {
            var (latencies, permille) = one;
            var exact = latencies.Order().ElementAt((int)(permille / 1000.0 * (latencies.Count - 1))).TotalNanoseconds;
            exact = Math.Clamp(exact, 1, LatencyBuckets.LongestNanoseconds);

            var told = LatencySketch.Of(latencies).Quantile(permille / 1000.0);

            Assert.NotNull(told);
            Assert.InRange(told.Value, exact * (0.99 - 1e-12), exact * (1.01 + 1e-12));
        });

    [Fact]
    public void TheSumIsAtMostOnePercentOff() => Sketches.ForAll(Sketches.Latencies, latencies =>
    {
        var exact = latencies.Sum(latency => Math.Clamp(latency.TotalNanoseconds, 1, LatencyBuckets.LongestNanoseconds));

        Assert.InRange(LatencySketch.Of(latencies).SumNanoseconds, exact * (0.99 - 1e-9), exact * (1.01 + 1e-9));
    });

    [Fact]
    public void WithoutLatenciesThereIsNoQuantile()
    {
        Assert.Null(LatencySketch.Empty.Quantile(0.5));
        Assert.Equal(0, LatencySketch.Empty.Count);
        Assert.Equal(LatencySketch.Empty, LatencySketch.Of([]));
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    public void AShareThatIsNoneIsRefused(double share) => Assert.Throws<ArgumentOutOfRangeException>(() => Sketches.OfMilliseconds(1).Quantile(share));

    [Fact]
    public void WhatIsAboveABoundAndWhatIsNotAreAll() => Sketches.ForAll(Sketches.Latencies.Zip(Sketches.Latency), one =>
    {
        var (latencies, bound) = one;
        var sketch = LatencySketch.Of(latencies);

        Assert.Equal(latencies.Count, sketch.CountAtMost(bound) + sketch.CountAbove(bound));
        // A bound decides for all latencies but those of its own bucket, which are within 2 % of it.
        Assert.True(sketch.CountAbove(bound) >= latencies.Count(latency => latency > bound * 1.021 && latency < TimeSpan.FromHours(1)) || bound > TimeSpan.FromHours(1));
        Assert.True(sketch.CountAbove(bound) <= latencies.Count(latency => latency > bound));
    });

    [Fact]
    public void TheOrderOfLatenciesDoesNotMatter() => Sketches.ForAll(
        Sketches.Latencies,
        latencies => Assert.Equal(LatencySketch.Of(latencies), LatencySketch.Of(latencies.OrderDescending())));

    [Fact]
    public void SketchesAreComparedByValue() => Sketches.ForAll(Sketches.Sketch.Zip(Sketches.Sketch), two =>
    {
        var (one, other) = two;
        var copy = LatencySketch.FromBuckets(one.Buckets);

        Assert.Equal(one, copy);
        Assert.Equal(one.GetHashCode(), copy.GetHashCode());
        Assert.Equal(one.Buckets.SequenceEqual(other.Buckets), one.Equals(other));
    });

    [Fact]
    public void ASketchOfMillionsSaysHowManyAndWhere()
    {
        var sketch = LatencySketch.FromBuckets([new(LatencyBuckets.IndexOf(1_000_000), 1_000_000), new(LatencyBuckets.IndexOf(50_000_000), 10_000)]);

        Assert.Equal(1_010_000, sketch.Count);
        Assert.Equal(1_000_000, sketch.Quantile(0.5)!.Value, 10_000.0);
        Assert.Equal(50_000_000, sketch.Quantile(0.995)!.Value, 500_000.0);
        Assert.Equal(10_000, sketch.CountAbove(TimeSpan.FromMilliseconds(10)));
    }
}
