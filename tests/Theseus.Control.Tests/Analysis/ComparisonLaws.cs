using Theseus.Control.Analysis;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Tests.Analysis;

/// <summary>Two versions that are the same are told apart as seldom as is said, and a worse one is found. All seeds are fixed.</summary>
public sealed class ComparisonLaws
{
    private const int Runs = 300;
    private const int Calls = 4_000;
    private const double Enough = 100;

    // With a chance of 1 % each, more than ten of three hundred runs would have a false alarm in one of a thousand tries.
    private const int Most = 10;

    public static TheoryData<string> Traffic => ["alike", "heavy", "bursty", "tides", "rare", "constant"];

    [Theory]
    [MemberData(nameof(Traffic))]
    public void VersionsThatAreTheSameAreSeldomToldApartHoweverOftenOneLooks(string traffic) =>
        Assert.InRange(Alarms(traffic, call => call), 0, Most);

    [Theory]
    [MemberData(nameof(Traffic))]
    public void ABetterCandidateIsNotCalledWorse(string traffic) =>
        Assert.InRange(Alarms(traffic, call => (call.Nanoseconds * 0.7, false)), 0, Most);

    /// <summary>The frozen fault: whoever begins anew when the bets go badly has more than one beginning to win with.</summary>
    [Fact]
    public void OneWhoTakesFreshCapitalWheneverItFallsIsFoundOutByTheSameRuns()
    {
        var alarms = 0;
        for (var run = 0; run < Runs; run++)
        {
            var comparison = new MethodComparison();
            var isAlarm = false;
            foreach (var (isCandidate, call) in Row("alike", run, call => call).Take(Calls))
            {
                Add(comparison, isCandidate, call);
                isAlarm |= comparison.Capital >= Enough / 20;
                comparison = comparison.Capital < 0.9 ? new MethodComparison() : comparison;
            }

            alarms += isAlarm ? 1 : 0;
        }

        Assert.True(alarms > 5 * Most, $"There were {alarms} false alarms.");
    }

    [Fact]
    public void EveryHarmIsFoundAndNamed()
    {
        Assert.Equal("fails more often", HarmOf(call => (call.Nanoseconds, true), share: 0.05));
        Assert.Equal("is slower all over", HarmOf(call => (call.Nanoseconds * 1.3, call.IsFailure)));
        Assert.StartsWith("has more calls beyond the slowest", HarmOf(call => (call.Nanoseconds * 8, call.IsFailure), share: 0.02));
        // Half are faster and half are slower, so that the median stays where it was.
        Assert.StartsWith("has more calls beyond the slowest", HarmOf(call => (10e6 * Math.Pow(call.Nanoseconds / 10e6, 3), call.IsFailure)));
    }

    [Fact]
    public void ThreeFailuresAgainstNoneAreNoProofAndTwentyAre()
    {
        var (few, many) = (new MethodComparison(), new MethodComparison());
        few.Add(Answers(500, failures: 3), Answers(503));
        many.Add(Answers(500, failures: 20), Answers(520));

        Assert.InRange(few.Capital, 0.5, 10);
        Assert.True(many.Capital > Enough, $"The capital is {many.Capital}.");
    }

    /// <summary>The calls before the cut are slow and mostly the baseline's, those after it quick and mostly the candidate's, or the other way round: on each side of it there is no difference.</summary>
    [Theory]
    [InlineData(10, 1)]
    [InlineData(1, 10)]
    public void WhatIsSplitOtherwiseIsNotComparedInOneBlock(double before, double after)
    {
        var (cut, whole) = (new MethodComparison(), new MethodComparison());
        foreach (var comparison in new[] { cut, whole })
        {
            var random = new Random(7);
            for (var i = 0; i < 50; i++)
            {
                comparison.Add(Drawn(random, 10, before), Drawn(random, 90, before));
                if (comparison == cut)
                {
                    comparison.Cut();
                }

                comparison.Add(Drawn(random, 90, after), Drawn(random, 10, after));
                if (comparison == cut)
                {
                    comparison.Cut();
                }
            }
        }

        Assert.True(cut.Capital < Enough, $"With cuts the capital is {cut.Capital}.");
        Assert.True(before > after || whole.Capital > Enough, $"Without a cut the capital is {whole.Capital}.");
    }

    [Fact]
    public void ABlockThatIsCutIsComparedIfThereIsEnoughOfIt()
    {
        var comparison = new MethodComparison();
        comparison.Add(Answers(4, failures: 8), Answers(12));
        Assert.Equal(1, comparison.Capital);

        comparison.Cut();

        Assert.True(comparison.Capital > 2, $"The capital is {comparison.Capital}.");
    }

    [Fact]
    public void CallsOfOneSideAloneProveNothing()
    {
        var comparison = new MethodComparison();
        for (var i = 0; i < 100; i++)
        {
            comparison.Add(Answers(10, failures: 90), SideCalls.None);
        }

        Assert.Equal(1, comparison.Capital);
    }

    [Fact]
    public void WhatIsSlowHereIsKnownFromBefore()
    {
        var (learned, fresh) = (new MethodComparison(), new MethodComparison());
        learned.Learn(Answers(5_000));
        // The first block: one call in five of the candidate's takes ten times as long.
        var (candidate, baseline) = (Answers(80).And(Answers(20, times: 10)), Answers(100));
        learned.Add(candidate, baseline);
        fresh.Add(candidate, baseline);

        Assert.True(learned.Capital > 2 * fresh.Capital, $"{learned.Capital} and {fresh.Capital}");
    }

    [Fact]
    public void BillionsOfCallsAreComparedLikeAFew()
    {
        var comparison = new MethodComparison();
        comparison.Add(new SideCalls(1_000_000, Many(2_000_000_000)), new SideCalls(1_000_000, Many(2_000_000_000)));

        Assert.InRange(comparison.Capital, 0, 2);

        static LatencySketch Many(long calls) => LatencySketch.FromBuckets([new(700, calls / 2), new(800, calls / 2)]);
    }

    private static int Alarms(string traffic, Func<(double Nanoseconds, bool IsFailure), (double Nanoseconds, bool IsFailure)> candidate)
    {
        var alarms = 0;
        Parallel.For(0, Runs, run =>
        {
            if (AlarmAt(Row(traffic, run, candidate).Take(Calls)).Calls > 0)
            {
                Interlocked.Increment(ref alarms);
            }
        });
        return alarms;
    }

    private static string HarmOf(Func<(double Nanoseconds, bool IsFailure), (double Nanoseconds, bool IsFailure)> spoil, double share = 1)
    {
        var random = new Random(5);
        var (calls, harm) = AlarmAt(Row("alike", 1, call => random.NextDouble() < share ? spoil(call) : call).Take(20_000));
        Assert.True(calls > 0, "It was not found.");
        return harm;
    }

    private static (int Calls, string Harm) AlarmAt(IEnumerable<(bool IsCandidate, (double Nanoseconds, bool IsFailure) Call)> calls)
    {
        var comparison = new MethodComparison();
        var seen = 0;
        foreach (var (isCandidate, call) in calls)
        {
            seen++;
            Add(comparison, isCandidate, call);
            if (comparison.Capital >= Enough)
            {
                return (seen, comparison.Held.First().Harm);
            }
        }

        return (0, "");
    }

    private static void Add(MethodComparison comparison, bool isCandidate, (double Nanoseconds, bool IsFailure) call)
    {
        var side = call.IsFailure ? new SideCalls(1, LatencySketch.Empty) : new SideCalls(0, LatencySketch.FromBuckets([new(LatencyBuckets.IndexOf((long)call.Nanoseconds), 1)]));
        comparison.Add(isCandidate ? side : SideCalls.None, isCandidate ? SideCalls.None : side);
    }

    /// <summary>An endless row of calls, of which a coin gives each to a side.</summary>
    private static IEnumerable<(bool IsCandidate, (double Nanoseconds, bool IsFailure) Call)> Row(
        string traffic, int seed, Func<(double Nanoseconds, bool IsFailure), (double Nanoseconds, bool IsFailure)> candidate)
    {
        var random = new Random(seed);
        double drift = 0;
        var isJammed = false;
        for (var i = 0; ; i++)
        {
            drift = 0.99 * drift + 0.14 * Normal(random);
            isJammed ^= random.NextDouble() < (isJammed ? 0.02 : 0.002);
            var call = traffic switch
            {
                "alike" => (10e6 * Math.Exp(0.5 * Normal(random)), random.NextDouble() < 0.001),
                "heavy" => (1e6 * Math.Pow(1 - random.NextDouble(), -1 / 1.5), random.NextDouble() < 0.001),
                "bursty" => (10e6 * Math.Exp(0.7 * drift) * (isJammed ? 8 : 1), random.NextDouble() < (isJammed ? 0.1 : 0.0005)),
                "tides" => (10e6 * (1 + 0.8 * Math.Sin(i / 400.0)) * Math.Exp(0.4 * Normal(random)), random.NextDouble() < 0.001 * (1 + Math.Sin(i / 400.0))),
                "rare" => (10e6 * Math.Exp(0.5 * Normal(random)), random.NextDouble() < 0.0001),
                _ => (5e6, false),
            };
            var isCandidate = random.Next(2) == 0;
            yield return (isCandidate, isCandidate ? candidate(call) : call);
        }
    }

    private static SideCalls Drawn(Random random, int calls, double times) =>
        new(0, LatencySketch.Of(Enumerable.Range(0, calls).Select(_ => TimeSpan.FromMilliseconds(times * 10 * Math.Exp(0.5 * Normal(random))))));

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Answered calls of 1 to 20 ms, evenly spread, and failures.</summary>
    private static SideCalls Answers(int calls, int failures = 0, double times = 1) =>
        new(failures, LatencySketch.Of(Enumerable.Range(0, calls).Select(i => TimeSpan.FromMilliseconds(times * (1 + 19.0 * i / calls)))));
}
