using Theseus.Control.Analysis;

namespace Theseus.Control.Tests.Analysis;

/// <summary>Bounds that hold for all numbers of calls at once.</summary>
public sealed class BoundsLaws
{
    private const double Error = 0.05;

    [Fact]
    public void TheWealthOfTheEstimatorIsAtLeastWhatTheBoundsTakeItFor()
    {
        // Krichevsky and Trofimov's own recursion: after k of n, the next has (k + 1/2) / (n + 1).
        for (var n = 1; n <= 120; n++)
        {
            for (var k = 0; k <= n; k++)
            {
                double log = 0;
                for (var (i, ones) = (0, 0); i < n; i++)
                {
                    var isOne = i < k;
                    log += Math.Log((isOne ? ones + 0.5 : i - ones + 0.5) / (i + 1));
                    ones += isOne ? 1 : 0;
                }

                var seen = k / (double)n;
                var best = n * (Entropy(seen) + Entropy(1 - seen));
                Assert.True(log - best >= -(Math.Log(n) / 2 + Math.Log(2)) - 1e-9, $"{k} of {n}");
            }
        }

        static double Entropy(double p) => p == 0 ? 0 : p * Math.Log(p);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public void ASharesBoundsHoldAtAllTimesInNearlyAllRuns(double share)
    {
        var missed = 0;
        for (var run = 0; run < 400; run++)
        {
            var random = new Random(run);
            long count = 0;
            for (var calls = 1; calls <= 2_000; calls++)
            {
                count += random.NextDouble() < share ? 1 : 0;
                if (calls % 7 == 1 && ShareBounds.Of(count, calls, Error) is var bounds && (bounds.Low > share || bounds.High < share))
                {
                    missed++;
                    break;
                }
            }
        }

        // Of 400 runs with a chance of 5 % at most, more than 35 would be missed in one of a thousand.
        Assert.InRange(missed, 0, 35);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void AQuantilesBoundsHoldAtAllTimesInNearlyAllRuns(double quantile)
    {
        var missed = 0;
        for (var run = 0; run < 400; run++)
        {
            // Of evenly spread values the quantile is the share itself.
            var random = new Random(run);
            long below = 0;
            for (var calls = 1; calls <= 2_000; calls++)
            {
                below += random.NextDouble() <= quantile ? 1 : 0;
                var rank = below / (double)calls;
                if (calls % 7 == 1 && RankBounds.Of(quantile, calls, Error) is var bounds && (rank < bounds.Low || rank > bounds.High))
                {
                    missed++;
                    break;
                }
            }
        }

        Assert.InRange(missed, 0, 35);
    }

    [Fact]
    public void BoundsHoldWhatWasSeenAndNarrowWithCalls()
    {
        var before = 1.0;
        for (long calls = 10; calls <= 10_000_000; calls *= 10)
        {
            var share = ShareBounds.Of(calls / 10, calls, Error);
            Assert.InRange(0.1, share.Low, share.High);
            Assert.True(share.High - share.Low < before);
            before = share.High - share.Low;
            var rank = RankBounds.Of(0.99, calls, Error);
            Assert.InRange(0.99, rank.Low, rank.High);
        }

        Assert.True(before < 0.001);
    }

    [Fact]
    public void WithoutCallsNothingIsBounded()
    {
        Assert.Equal(new ShareBounds(0, 1), ShareBounds.Of(0, 0, Error));
        Assert.Equal(new RankBounds(0, 1), RankBounds.Of(0.5, 0, Error));
        Assert.Equal(0, ShareBounds.Of(0, 50, Error).Low);
        Assert.Equal(1, ShareBounds.Of(50, 50, Error).High);
    }
}
