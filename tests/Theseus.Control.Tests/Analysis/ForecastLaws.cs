using Theseus.Control.Analysis;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Tests.Analysis;

/// <summary>How many calls a harm takes to be seen is about what was told before.</summary>
public sealed class ForecastLaws
{
    private const double Error = 0.01;

    public static TheoryData<double, double> Harms => new() { { 0.02, 1 }, { 0.2, 1 }, { 0, 1.1 }, { 0, 1.5 }, { 0, 3 } };

    [Theory]
    [MemberData(nameof(Harms))]
    public void TheMedianRunTakesAboutAsManyCallsAsWereTold(double failures, double times)
    {
        var harm = new StatedHarm(failures, times);
        var before = Before(20_000, new Random(1));
        var told = HarmForecast.CallsToSee(before, 0.5, harm, Error)!.Value;

        int[] took = [.. Enumerable.Range(0, 41).Select(run => CallsOf(before, new Random(run), failures, times)).Order()];

        // A block more or less, and chance: what counts is the order of magnitude.
        Assert.InRange(took[20], told / 3, 2 * told + 64);
    }

    [Fact]
    public void ASmallerHarmASmallerShareAndASmallerStakeTakeMoreCalls()
    {
        var before = Before(20_000, new Random(1));
        var told = HarmForecast.CallsToSee(before, 0.5, new StatedHarm(0.05), Error);

        Assert.True(HarmForecast.CallsToSee(before, 0.5, new StatedHarm(0.01), Error) > told);
        Assert.True(HarmForecast.CallsToSee(before, 0.1, new StatedHarm(0.05), Error) > told);
        Assert.True(HarmForecast.CallsToSee(before, 0.5, new StatedHarm(0.05), Error, stake: 0.1) > told);
        Assert.True(HarmForecast.CallsToSee(before, 0.5, new StatedHarm(0.05), Error / 100) > told);
    }

    [Fact]
    public void NoHarmIsNeverSeenAndNothingIsToldWithoutCalls()
    {
        Assert.Null(HarmForecast.CallsToSee(Before(5_000, new Random(1)), 0.5, new StatedHarm(), Error));
        Assert.Null(HarmForecast.CallsToSee(SideCalls.None, 0.5, new StatedHarm(0.5), Error));
    }

    private static int CallsOf(SideCalls before, Random random, double failures, double times)
    {
        var comparison = new MethodComparison();
        comparison.Learn(before);
        for (var calls = 1; calls < 1_000_000; calls++)
        {
            var isCandidate = random.Next(2) == 0;
            var call = random.NextDouble() < 0.001 + (isCandidate ? failures : 0)
                ? new SideCalls(1, LatencySketch.Empty)
                : new SideCalls(0, LatencySketch.FromBuckets([new(LatencyBuckets.IndexOf((long)(Latency(random) * (isCandidate ? times : 1))), 1)]));
            comparison.Add(isCandidate ? call : SideCalls.None, isCandidate ? SideCalls.None : call);
            if (comparison.Capital >= 1 / Error)
            {
                return calls;
            }
        }

        return int.MaxValue;
    }

    private static SideCalls Before(int calls, Random random) =>
        new(calls / 1_000, LatencySketch.Of(Enumerable.Range(0, calls - calls / 1_000).Select(_ => TimeSpan.FromTicks((long)(Latency(random) / 100)))));

    private static double Latency(Random random) => 10e6 * Math.Exp(0.5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
