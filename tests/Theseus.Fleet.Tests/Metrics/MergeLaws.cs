using FsCheck.Fluent;
using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Tests.Metrics;

public sealed class MergeLaws
{
    [Fact]
    public void MergingIsThatOfTheLatenciesThemselves() => Sketches.ForAll(
        Sketches.Latencies.Zip(Sketches.Latencies),
        two => Assert.Equal(LatencySketch.Of(two.Item1.Concat(two.Item2)), LatencySketch.Of(two.Item1).Merge(LatencySketch.Of(two.Item2))));

    [Fact]
    public void MergingIsCommutative() => Sketches.ForAll(
        Sketches.Sketch.Zip(Sketches.Sketch), two => Assert.Equal(two.Item1.Merge(two.Item2), two.Item2.Merge(two.Item1)));

    [Fact]
    public void MergingIsAssociative() => Sketches.ForAll(
        from a in Sketches.Sketch
        from b in Sketches.Sketch
        from c in Sketches.Sketch
        select (a, b, c),
        three => Assert.Equal(three.a.Merge(three.b).Merge(three.c), three.a.Merge(three.b.Merge(three.c))));

    [Fact]
    public void MergingWithNothingChangesNothing() => Sketches.ForAll(Sketches.Sketch, sketch =>
    {
        Assert.Equal(sketch, sketch.Merge(LatencySketch.Empty));
        Assert.Equal(sketch, LatencySketch.Empty.Merge(sketch));
    });

    [Fact]
    public void ManyAreMergedAtOnceAsTheyAreOneByOneInWhateverOrder() => Sketches.ForAll(
        from sketches in Sketches.Sketch.ListOf()
        from shuffled in Gen.Shuffle(sketches.ToArray())
        select (sketches, shuffled),
        one => Assert.Equal(
            one.sketches.Aggregate(LatencySketch.Empty, (sum, sketch) => sum.Merge(sketch)),
            LatencySketch.Merge(one.shuffled)));

    [Fact]
    public void IncrementsAddUpToTheWhole() => Sketches.ForAll(Sketches.Latencies.ListOf(), batches =>
    {
        var (all, last, sum) = (new List<TimeSpan>(), LatencySketch.Empty, LatencySketch.Empty);
        foreach (var batch in batches)
        {
            all.AddRange(batch);
            var now = LatencySketch.Of(all);
            Assert.Equal(LatencySketch.Of(batch), now.Since(last));
            sum = sum.Merge(now.Since(last));
            last = now;
        }

        Assert.Equal(LatencySketch.Of(all), sum);
    });

    [Fact]
    public void NothingIsSinceItself() => Sketches.ForAll(Sketches.Sketch, sketch => Assert.Equal(LatencySketch.Empty, sketch.Since(sketch)));

    [Fact]
    public void WhatIsNoEarlierSketchIsRefused()
    {
        var sketch = Sketches.OfMilliseconds(1, 5, 5);

        Assert.Throws<ArgumentException>(() => sketch.Since(Sketches.OfMilliseconds(1, 1)));
        Assert.Throws<ArgumentException>(() => sketch.Since(Sketches.OfMilliseconds(0)));
        Assert.Throws<ArgumentException>(() => sketch.Since(Sketches.OfMilliseconds(3)));
        Assert.Throws<ArgumentException>(() => sketch.Since(Sketches.OfMilliseconds(9)));
    }

    [Fact]
    public void MoreThanASketchCanHoldIsAnError()
    {
        var full = LatencySketch.FromBuckets([new(7, LatencySketch.MostLatencies)]);
        var one = Sketches.OfMilliseconds(1);

        Assert.Throws<OverflowException>(() => full.Merge(one));
        Assert.Throws<OverflowException>(() => LatencySketch.Merge([one, full]));
        Assert.Throws<OverflowException>(() => LatencySketch.Merge([full, full, full]));
    }
}
