using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Tests.Metrics;

public sealed class LatencyBucketsLaws
{
    // 1 % itself is met at every bucket's bound; what is beyond is the rounding of a double.
    private const double Most = LatencyBuckets.RelativeError + 1e-12;

    private static readonly double s_logOfGamma = Math.Log(1.01 / 0.99);

    [Fact]
    public void NoLatencyIsFurtherThanOnePercentFromItsBucketsValue()
    {
        for (long latency = 1; latency <= 3_000_000; latency++)
        {
            AssertNear(latency);
        }

        foreach (var latency in AroundEveryBound().Concat(Scattered()))
        {
            AssertNear(latency);
        }
    }

    [Fact]
    public void ALatencysBucketIsTheRoundedUpLogarithm()
    {
        foreach (var latency in Scattered())
        {
            var exact = Math.Log(latency) / s_logOfGamma;

            // A logarithm may be rounded across a bound, which is why it is not what decides.
            Assert.InRange(LatencyBuckets.IndexOf(latency), exact - 1e-6, exact + 1 + 1e-6);
        }
    }

    [Fact]
    public void ABucketHoldsWhatIsUpToItsBoundAndAboveTheBoundBefore()
    {
        long before = 0;
        for (var index = 0; index < LatencyBuckets.Count; index++)
        {
            var bound = Math.Min(LatencyBuckets.UpperBoundOf(index), LatencyBuckets.LongestNanoseconds);
            if (bound > before)
            {
                // Some of the lowest buckets are narrower than a nanosecond, and hold nothing.
                Assert.Equal(index, LatencyBuckets.IndexOf(bound));
                Assert.Equal(index, LatencyBuckets.IndexOf(before + 1));
            }

            before = bound;
        }

        Assert.Equal(LatencyBuckets.LongestNanoseconds, before);
    }

    [Fact]
    public void LongerLatenciesAreInNoLowerBucket()
    {
        var indexes = AroundEveryBound().Concat(Scattered()).Order().Select(LatencyBuckets.IndexOf).ToArray();

        Assert.Equal(indexes.Order(), indexes);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(LatencyBuckets.LongestNanoseconds, LatencyBuckets.Count - 1)]
    [InlineData(LatencyBuckets.LongestNanoseconds + 1, LatencyBuckets.Count - 1)]
    [InlineData(long.MaxValue, LatencyBuckets.Count - 1)]
    public void WhatIsOutsideOfTheRangeIsInTheBucketAtItsEnd(long nanoseconds, int index) => Assert.Equal(index, LatencyBuckets.IndexOf(nanoseconds));

    [Fact]
    public void ATimeSpansBucketIsThatOfItsNanoseconds()
    {
        foreach (var latency in Scattered())
        {
            var span = TimeSpan.FromTicks(latency / 100);
            Assert.Equal(LatencyBuckets.IndexOf(latency / 100 * 100), LatencyBuckets.IndexOf(span));
        }

        Assert.Equal(0, LatencyBuckets.IndexOf(TimeSpan.MinValue));
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.IndexOf(TimeSpan.MaxValue));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(LatencyBuckets.Count)]
    public void ABucketThatThereIsNotHasNoValueAndNoBound(int index)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBuckets.ValueOf(index));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyBuckets.UpperBoundOf(index));
    }

    private static void AssertNear(long latency)
    {
        var error = Math.Abs(LatencyBuckets.ValueOf(LatencyBuckets.IndexOf(latency)) - latency) / latency;
        if (!(error <= Most))
        {
            Assert.Fail($"{latency} ns is {error:P4} off.");
        }
    }

    private static IEnumerable<long> AroundEveryBound() =>
        from index in Enumerable.Range(0, LatencyBuckets.Count)
        from offset in Enumerable.Range(-50, 101)
        let latency = LatencyBuckets.UpperBoundOf(index) + offset
        where latency is >= 1 and <= LatencyBuckets.LongestNanoseconds
        select latency;

    private static IEnumerable<long> Scattered()
    {
        var random = new Random(20191);
        var octaves = Math.Log2(LatencyBuckets.LongestNanoseconds);
        for (var i = 0; i < 500_000; i++)
        {
            yield return Math.Clamp((long)Math.Pow(2, random.NextDouble() * octaves), 1, LatencyBuckets.LongestNanoseconds);
        }
    }
}
