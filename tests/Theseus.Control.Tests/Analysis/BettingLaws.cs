using Theseus.Control.Analysis;

namespace Theseus.Control.Tests.Analysis;

/// <summary>The odds are fair if the versions are the same, and against whoever bets if the candidate is better.</summary>
public sealed class BettingLaws
{
    public static TheoryData<string> Tables => ["failures", "latency"];

    [Theory]
    [MemberData(nameof(Tables))]
    public void OverAllWaysToChooseTheCandidatesCallsABetGivesBackWhatWasPutOnIt(string table)
    {
        var bets = BetsOf(table);
        // Some calls of both kinds, or of some levels; every way to give four of nine to the candidate is as likely.
        int[] calls = table == "failures" ? [0, 0, 0, 0, 0, 0, 1, 1, 1] : [0, 1, 3, 5, 5, 7, 8, 9, 10];
        foreach (var bet in bets)
        {
            double sum = 0;
            var ways = 0;
            foreach (var way in Enumerable.Range(0, 1 << calls.Length).Where(way => int.PopCount(way) == 4))
            {
                sum += Math.Exp(bet.LogReturn(BlockOf(bet, calls, way)));
                ways++;
            }

            Assert.Equal(126, ways);
            Assert.Equal(1, sum / ways, 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void AWorseCallOfTheCandidatesNeverMakesABetLose(string table)
    {
        // What holds against versions that are the same then holds against a candidate that is better: whose calls are each
        // what they would have been, or better.
        var random = new Random(2);
        foreach (var bet in BetsOf(table))
        {
            for (var one = 0; one < 50; one++)
            {
                var levels = bet.LogWeights.Length;
                int[] calls = [.. Enumerable.Range(0, 12).Select(_ => random.Next(levels))];
                const int Way = 0b111111;
                var before = bet.LogReturn(BlockOf(bet, calls, Way));
                calls[random.Next(6)] = levels - 1;

                Assert.True(bet.LogReturn(BlockOf(bet, calls, Way)) >= before - 1e-9);
            }
        }
    }

    [Fact]
    public void StakesAreAllThatThereIsAndWeightsNeverFall()
    {
        foreach (var bets in (Bet[][])[CallBets.Failures, CallBets.Latency])
        {
            Assert.Equal(1, bets.Sum(bet => bet.Stake), 1e-12);
            Assert.All(bets, bet => Assert.True(bet.Stake > 0 && bet.LogWeights.Zip(bet.LogWeights.Skip(1)).All(pair => pair.First <= pair.Second)));
        }
    }

    [Fact]
    public void CapitalIsNeitherMadeNorLostWhereNothingWins()
    {
        var capital = new Capital([0.25, 0.75]);
        for (var block = 0; block < 1_000; block++)
        {
            capital.Settle([0, 0]);
            Assert.Equal(1, capital.Now, 1e-9);
        }
    }

    [Fact]
    public void ThereIsSomethingLeftToBetOnAHarmThatBeginsLate()
    {
        var capital = new Capital([1]);
        for (var block = 0; block < 1_000; block++)
        {
            capital.Settle([-1]);
        }

        Assert.InRange(capital.Now, 1e-5, 1);
        for (var block = 0; block < 20; block++)
        {
            capital.Settle([1]);
        }

        Assert.True(capital.Now > 100, $"The capital is {capital.Now}.");
    }

    [Fact]
    public void CapitalIsAMeanOfTheCapitalsOfTheBets()
    {
        var random = new Random(3);
        var both = new Capital([0.3, 0.7]);
        var (first, second) = (new Capital([1]), new Capital([1]));
        for (var block = 0; block < 100; block++)
        {
            var (one, other) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5);
            both.Settle([one, other]);
            first.Settle([one]);
            second.Settle([other]);
        }

        Assert.Equal(0.3 * first.Now + 0.7 * second.Now, both.Now, 1e-9 * both.Now);
    }

    private static Bet[] BetsOf(string table) => table == "failures" ? CallBets.Failures : CallBets.Latency;

    private static Block BlockOf(Bet bet, int[] calls, int way)
    {
        var (candidate, baseline) = (new long[bet.LogWeights.Length], new long[bet.LogWeights.Length]);
        for (var call = 0; call < calls.Length; call++)
        {
            ((way >> call & 1) == 1 ? candidate : baseline)[calls[call]]++;
        }

        return new Block(candidate, baseline);
    }
}
