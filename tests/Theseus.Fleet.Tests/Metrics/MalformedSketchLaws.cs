using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Tests.Metrics;

public sealed class MalformedSketchLaws
{
    public static TheoryData<LatencyBucket[], string> Malformed => new()
    {
        { [new(-1, 1)], "Bucket 0 has the index -1" },
        { [new(LatencyBuckets.Count, 1)], $"Bucket 0 has the index {LatencyBuckets.Count}" },
        { [new(5, 1), new(5, 1)], "Bucket 1 has the index 5 after 5" },
        { [new(5, 1), new(9, 1), new(7, 1)], "Bucket 2 has the index 7 after 9" },
        { [new(5, 0)], "Bucket 0 has the count 0" },
        { [new(5, -3)], "Bucket 0 has the count -3" },
        { [new(5, long.MinValue)], "Bucket 0 has the count" },
        { [new(5, LatencySketch.MostLatencies + 1)], "Up to bucket 0 there are more than" },
        { [new(5, LatencySketch.MostLatencies), new(6, 1)], "Up to bucket 1 there are more than" },
        { [new(5, long.MaxValue), new(6, long.MaxValue)], "Up to bucket 0 there are more than" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void BucketsThatAreNoSketchsAreRefusedWithThePlaceOfTheFault(LatencyBucket[] buckets, string fault)
    {
        Assert.StartsWith(fault, Assert.Throws<ArgumentException>(() => LatencySketch.FromBuckets(buckets)).Message, StringComparison.Ordinal);
        Assert.StartsWith(fault, Assert.Single(LatencySketch.FaultsOf(buckets)), StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaultsAreToldAtOnceUpToABound()
    {
        Assert.Equal(3, LatencySketch.FaultsOf([new(-1, -1), new(3, 1), new(3, 1)]).Count);
        Assert.InRange(LatencySketch.FaultsOf(new LatencyBucket[5000]).Count, 8, 9);
    }

    [Fact]
    public void CountsAreASketchOfThemselvesOrRefused()
    {
        Assert.Equal(LatencySketch.FromBuckets([new(1, 4), new(3, 2)]), LatencySketch.FromCounts([0, 4, 0, 2]));
        Assert.Equal(LatencySketch.Empty, LatencySketch.FromCounts(new long[LatencyBuckets.Count]));
        Assert.Throws<ArgumentException>(() => LatencySketch.FromCounts([0, -4]));
        Assert.Throws<ArgumentException>(() => LatencySketch.FromCounts([LatencySketch.MostLatencies, 1]));
        var tooMany = new long[LatencyBuckets.Count + 1];
        tooMany[^1] = 1;
        Assert.Throws<ArgumentException>(() => LatencySketch.FromCounts(tooMany));
    }
}
