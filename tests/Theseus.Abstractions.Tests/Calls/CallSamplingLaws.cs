using Xunit;

namespace Theseus.Calls;

public sealed class CallSamplingLaws
{
    private readonly CallSampling _sampling = new();

    [Fact]
    public void UnlessItIsToldOtherwiseItTimesEveryCall()
    {
        Assert.All(Enumerable.Range(0, 1_000), number => Assert.True(_sampling.Takes(number)));
        _sampling.TimeOneIn(10);
        _sampling.TimeOneIn(1);
        Assert.All(Enumerable.Range(0, 1_000), number => Assert.True(_sampling.Takes(number)));
        Assert.True(_sampling.Takes(long.MaxValue) && _sampling.Takes(long.MinValue));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(100)]
    public void ItTimesOneInSoMany(int oneIn)
    {
        _sampling.TimeOneIn(oneIn);

        Assert.InRange(Enumerable.Range(1, 1000 * oneIn).Count(number => _sampling.Takes(number)), 990, 1_010);
    }

    [Fact]
    public void EveryPlaceOfAPatternThatRepeatsIsTimedAsOftenAsTheOthers()
    {
        _sampling.TimeOneIn(8);
        for (var period = 1; period <= 64; period++)
        {
            for (var place = 0; place < period; place++)
            {
                var timed = Enumerable.Range(0, 8_000).Count(round => _sampling.Takes((long)round * period + place));
                Assert.InRange(timed, 950, 1_050);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void WhatIsNoNumberOfCallsIsRefused(int oneIn) => Assert.Throws<ArgumentOutOfRangeException>(() => _sampling.TimeOneIn(oneIn));
}
