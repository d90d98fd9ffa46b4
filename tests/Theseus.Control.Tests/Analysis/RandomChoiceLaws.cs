using Theseus.Control.Analysis;

namespace Theseus.Control.Tests.Analysis;

/// <summary>What chance would do is computed exactly.</summary>
public sealed class RandomChoiceLaws
{
    /// <summary>Fisher, "The Design of Experiments", 1935, chapter 2: of 70 ways to choose four of eight cups one has all four of a kind.</summary>
    [Fact]
    public void OneOfSeventyWaysToChooseFourOfEightCupsHasAllFourThatHadTheMilkFirst()
    {
        // With so large a weight nothing else counts.
        var log = RandomChoice.LogMean([0, 50], [4, 4], 4);

        Assert.Equal(1 / 70.0, Math.Exp(log - 200), 1e-12);
    }

    [Fact]
    public void TheMeanIsThatOfAllWaysToChoose()
    {
        var random = new Random(1);
        for (var table = 0; table < 500; table++)
        {
            var levels = random.Next(1, 5);
            long[] pooled = [.. Enumerable.Range(0, levels).Select(_ => (long)random.Next(0, 9))];
            double[] weights = [.. Enumerable.Range(0, levels).Select(_ => 8 * random.NextDouble() - 3)];
            var chosen = random.Next(0, (int)pooled.Sum() + 1);

            Assert.Equal(LogMeanByCounting(weights, pooled, chosen), RandomChoice.LogMean(weights, pooled, chosen), 1e-9);
        }
    }

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(50_000_000, 25_000_000)]
    [InlineData(3_000_000_000, 2_999_999_999)]
    public void NoNumberOfCallsIsTooMany(long all, long chosen)
    {
        // One call more than the rest has the weight: its chance to be chosen is the share that is.
        var log = RandomChoice.LogMean([0, 1], [all - 1, 1], chosen);

        // As exact as the logarithms of so large numbers are, of which it is a difference.
        Assert.Equal(Math.Log(1 + (Math.E - 1) * chosen / all), log, 1e-9 + 1e-14 * all);
    }

    [Fact]
    public void WhatIsNotThereCannotBeChosen()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomChoice.LogMean([0, 1], [2, 2], 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomChoice.LogMean([0, 1], [2, 2], -1));
        Assert.Equal(0, RandomChoice.LogMean([3, 1], [0, 0], 0));
    }

    /// <summary>The same by a recursion over the calls: the elementary symmetric polynomial over the number of ways.</summary>
    private static double LogMeanByCounting(double[] weights, long[] pooled, int chosen)
    {
        var all = (int)pooled.Sum();
        var (sums, ways) = (new double[all + 1], new double[all + 1]);
        (sums[0], ways[0]) = (1, 1);
        foreach (var weight in pooled.SelectMany((count, level) => Enumerable.Repeat(Math.Exp(weights[level]), (int)count)))
        {
            for (var k = all; k > 0; k--)
            {
                sums[k] += weight * sums[k - 1];
                ways[k] += ways[k - 1];
            }
        }

        return Math.Log(sums[chosen] / ways[chosen]);
    }
}
