using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Series;

/// <summary>What is made of a metric's values on two sides.</summary>
public sealed class SeriesLaws
{
    private const double Error = 0.01;

    private static JudgedMetric Metric(MetricWorse worse = MetricWorse.Higher, double by = 0.1, double from = 0, double? limit = null, bool mayStandStill = false) =>
        new() { Name = "queue", Source = MetricSource.Instrument, Of = "queue", Worse = worse, By = by, From = from, Limit = limit, MayStandStill = mayStandStill };

    /// <summary>Values of both sides from a seed: each much like the one before where <paramref name="alike"/> is near 1.</summary>
    private static IEnumerable<SeriesPair> Noise(int seed, int values, double alike, double more = 1)
    {
        var random = new Random(seed);
        var (candidate, baseline) = (0.0, 0.0);
        for (var value = 0; value < values; value++)
        {
            candidate = alike * candidate + Math.Sqrt(1 - alike * alike) * Normal();
            baseline = alike * baseline + Math.Sqrt(1 - alike * alike) * Normal();
            yield return new SeriesPair(more * 100 * Math.Exp(0.1 * candidate), 100 * Math.Exp(0.1 * baseline));
        }

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static ComparedMetric Compare(JudgedMetric metric, IEnumerable<SeriesPair> pairs, IReadOnlyList<SeriesPair>? before = null, bool isCompared = true)
    {
        var comparison = new SeriesComparison(metric, Error, Error);
        comparison.Begin(before ?? []);
        foreach (var pair in pairs)
        {
            comparison.Add(pair);
        }

        return comparison.Compare(isCompared);
    }

    [Fact]
    public void WithAFairCoinTheCapitalIsOneOnAverageAfterAnyNumberOfTosses()
    {
        for (var tosses = 0; tosses <= 40; tosses++)
        {
            var (mean, ways) = (0.0, 1.0);
            for (var heads = 0; heads <= tosses; heads++)
            {
                mean += ways * Math.Pow(0.5, tosses) * CoinCapital.Of(heads, tosses);
                ways = ways * (tosses - heads) / (heads + 1);
            }

            Assert.Equal(1, mean, 9);
        }
    }

    [Fact]
    public void TheCapitalGrowsWithHeadsAndTheFewestTossesAreThoseThatCanBeProof()
    {
        Assert.All(Enumerable.Range(0, 50), heads => Assert.True(CoinCapital.Of(heads + 1, 50) > CoinCapital.Of(heads, 50)));
        // (1.25^n + 1.5^n + 1.75^n + 1.95^n) / 4 by hand: 82.2 for 8, and 151.9 for 9.
        Assert.Equal(9, CoinCapital.Fewest(0.01));
        Assert.Equal(1.6125, CoinCapital.Of(1, 1), 9);
        Assert.Equal(0.3875, CoinCapital.Of(0, 1), 9);
    }

    [Fact]
    public void StretchesAreTheLongerTheMoreAlikeNeighboursAre()
    {
        static int Length(double alike) => StretchLength.Of([.. Noise(7, 700, alike).Select(pair => pair.Candidate - pair.Baseline!.Value)]);

        Assert.Equal(1, Length(0));
        Assert.InRange(Length(0.9), 8, StretchLength.Longest);
        Assert.True(Length(0.9) > Length(0.5));
        Assert.Equal(StretchLength.Longest, Length(0.999));
        Assert.Equal(StretchLength.Unknown, StretchLength.Of([1, 2, 3]));
        // 1, 2, 3, 4, 5 about their mean: (2·1 + 1·0 + 0·1 + 1·2) / 10.
        Assert.Equal(0.4, StretchLength.Correlation([1, 2, 3, 4, 5]), 12);
        Assert.Equal(0, StretchLength.Correlation([3, 3, 3]));
    }

    [Theory]
    [InlineData(MetricWorse.Higher, 2, MetricStanding.Worse)]
    [InlineData(MetricWorse.Higher, 0.5, MetricStanding.AsGood)]
    [InlineData(MetricWorse.Lower, 0.5, MetricStanding.Worse)]
    [InlineData(MetricWorse.Lower, 2, MetricStanding.AsGood)]
    [InlineData(MetricWorse.Different, 2, MetricStanding.Worse)]
    [InlineData(MetricWorse.Different, 0.5, MetricStanding.Worse)]
    [InlineData(MetricWorse.Different, 1, MetricStanding.AsGood)]
    public void WhichWayIsWorseIsTheMetricsOwn(MetricWorse worse, double times, MetricStanding expected) =>
        Assert.Equal(expected, Compare(Metric(worse, by: 0.3), Noise(1, 400, 0, times)).Standing);

    [Fact]
    public void WhatIsSmallerThanMattersIsNoHarmInEitherMeasure()
    {
        Assert.Equal(MetricStanding.AsGood, Compare(Metric(by: 0.5), Noise(1, 400, 0, 1.2)).Standing);
        Assert.Equal(MetricStanding.AsGood, Compare(Metric(by: 0.01, from: 50), Noise(1, 400, 0, 1.2)).Standing);
        Assert.Equal(MetricStanding.Worse, Compare(Metric(by: 0.01, from: 5), Noise(1, 400, 0, 1.2)).Standing);
    }

    [Fact]
    public void ALimitHoldsWhateverTheBaselineDoesAndWithoutOne()
    {
        var alone = Noise(1, 200, 0).Select(pair => pair with { Baseline = null }).ToList();
        Assert.Equal(MetricStanding.LimitBroken, Compare(Metric(limit: 50), alone, isCompared: false).Standing);
        Assert.Equal(MetricStanding.LimitBroken, Compare(Metric(limit: 50), Noise(1, 200, 0)).Standing);
        Assert.Equal(MetricStanding.LimitBroken, Compare(Metric(MetricWorse.Lower, limit: 150), alone, isCompared: false).Standing);
        Assert.Equal(MetricStanding.AsGood, Compare(Metric(limit: 150), alone, isCompared: false).Standing);
        Assert.Equal(MetricStanding.NotCompared, Compare(Metric(), alone, isCompared: false).Standing);
    }

    [Fact]
    public void WhatCannotBeToldIsNeverAPass()
    {
        Assert.Equal(MetricStanding.TooLittle, Compare(Metric(), []).Standing);
        Assert.Contains("no value came", Compare(Metric(), []).Why);
        // Nine stretches of four values are the fewest that could show anything.
        Assert.Equal(MetricStanding.TooLittle, Compare(Metric(), Noise(1, 35, 0)).Standing);
        Assert.NotEqual(MetricStanding.TooLittle, Compare(Metric(), Noise(1, 36, 0)).Standing);
        var odd = Compare(Metric(), Enumerable.Repeat(new SeriesPair(double.NaN, 1), 50).Append(new SeriesPair(1, double.PositiveInfinity)));
        Assert.Equal(MetricStanding.TooLittle, odd.Standing);
        Assert.Contains("51 values were no numbers", odd.Why);
    }

    [Fact]
    public void AValueThatNeverMovesSaysNothingUnlessItMay()
    {
        var still = Enumerable.Repeat(new SeriesPair(0, 0), 100).ToList();
        Assert.Equal(MetricStanding.StandsStill, Compare(Metric(), still).Standing);
        Assert.Equal(MetricStanding.AsGood, Compare(Metric(mayStandStill: true), still).Standing);
        // One side that stands somewhere else is a difference.
        Assert.Equal(MetricStanding.Worse, Compare(Metric(), Enumerable.Repeat(new SeriesPair(5, 0), 100)).Standing);
    }

    [Fact]
    public void WhatDifferedBeforeIsNotHeldAgainstTheRelease()
    {
        var before = Noise(2, 100, 0, 2).ToList();
        Assert.Equal(MetricStanding.DifferedBefore, Compare(Metric(by: 0.3), Noise(1, 400, 0, 2), before).Standing);
        Assert.Equal(MetricStanding.Worse, Compare(Metric(by: 0.3), Noise(1, 400, 0, 2), [.. Noise(2, 100, 0)]).Standing);
    }

    [Fact]
    public void ANewWaveBeginsAnewStretchAndKeepsWhatIsShown()
    {
        var comparison = new SeriesComparison(Metric(), Error, Error);
        comparison.Begin([]);
        foreach (var pair in Noise(1, 43, 0, 2))
        {
            comparison.Add(pair);
        }

        Assert.Equal((10, MetricStanding.Worse), (comparison.Compare(isCompared: true).Stretches, comparison.Compare(isCompared: true).Standing));
        comparison.Begin([]);
        comparison.Add(new SeriesPair(1, 1));
        Assert.Equal(10, comparison.Compare(isCompared: true).Stretches);
    }

    /// <summary>Looked at after every value, with stretches chosen by what was before, over values that are alike as real ones are.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    [InlineData(0.95)]
    public void TheSameOnBothSidesIsHardlyEverHeldToBeWorse(double alike)
    {
        const int Runs = 400;
        var alarms = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var comparison = new SeriesComparison(Metric(by: 1e-6), Error, Error);
            comparison.Begin([.. Noise(100_000 + seed, 720, alike)]);
            alarms += Noise(seed, 720, alike).Any(pair =>
            {
                comparison.Add(pair);
                return comparison.Compare(isCompared: true).Standing is MetricStanding.Worse or MetricStanding.DifferedBefore;
            }) ? 1 : 0;
        }

        // One in a hundred is allowed; more than eleven of 400 would have a chance of one in a thousand if that is so.
        Assert.InRange(alarms, 0, 11);
    }

    /// <summary>The frozen control: without stretches, neighbours that are alike look like a harm.</summary>
    [Fact]
    public void WithoutStretchesTheSameOnBothSidesWouldBeHeldToBeWorse()
    {
        var alarms = Enumerable.Range(0, 100).Count(seed =>
        {
            var (heads, tosses) = (0, 0);
            return Noise(seed, 720, 0.95).Any(pair => CoinCapital.Of(heads += pair.Candidate > pair.Baseline ? 1 : 0, ++tosses) >= 1 / Error);
        });

        Assert.InRange(alarms, 30, 100);
    }
}
