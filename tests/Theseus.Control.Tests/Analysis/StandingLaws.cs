using Theseus.Control.Analysis;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Tests.Analysis;

/// <summary>What is said of a candidate, and when nothing is.</summary>
public sealed class StandingLaws
{
    private const int Block = 1_000;

    [Theory]
    // blocks, failures in a thousand on the candidate and on the baseline, how many times as long
    [InlineData(1, 0, 0, 1, "Open")] // too little
    [InlineData(60, 0, 0, 1, "AsGood")]
    [InlineData(60, 1, 1, 1, "AsGood")] // what fails on both is nobody's harm
    [InlineData(60, 20, 0, 1, "Worse")]
    [InlineData(2, 300, 0, 1, "Worse")]
    [InlineData(60, 0, 20, 1, "AsGood")] // better
    [InlineData(60, 0, 0, 1.5, "Worse")]
    [InlineData(60, 0, 0, 1.04, "Open")] // shown, and smaller than what matters
    [InlineData(60, 0, 0, 0.5, "AsGood")]
    [InlineData(60, 3, 0, 1, "Open")] // shown, and smaller than what matters
    public void ACandidateStandsAsItsCallsTell(int blocks, int fails, int baselineFails, double times, string standing)
    {
        var analysis = New(("call", Calls(Block, 0, 1)));
        for (var i = 0; i < blocks; i++)
        {
            analysis.Add("call", Calls(Block, fails, times), Calls(Block, baselineFails, 1));
        }

        var verdict = analysis.Judge();

        Assert.True(verdict.Standing.ToString() == standing, $"{verdict}");
        Assert.Contains("call, ", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutCallsOnASideNothingIsSaid()
    {
        var (noCandidate, noBaseline, none) = (New(("call", Calls(Block, 0, 1))), New(("call", Calls(Block, 0, 1))), New());
        noCandidate.Add("call", SideCalls.None, Calls(Block, 0, 1));
        noBaseline.Add("call", Calls(Block, Block, 1), SideCalls.None);

        Assert.Equal(new CallsVerdict(Standing.Open, "The candidate took no calls."), noCandidate.Judge());
        Assert.Equal(new CallsVerdict(Standing.Open, "Nothing was called beside it that it could be compared with."), noBaseline.Judge());
        Assert.Equal(new CallsVerdict(Standing.Open, "The candidate took no calls."), none.Judge());
    }

    [Fact]
    public void LatenciesThatAreAllTheSameAreNoDifference()
    {
        var analysis = New();
        for (var i = 0; i < 100; i++)
        {
            var constant = new SideCalls(0, LatencySketch.FromBuckets([new(700, Block)]));
            analysis.Add("call", constant, constant);
        }

        Assert.Equal(Standing.AsGood, analysis.Judge().Standing);
        Assert.Equal(1, analysis.Capital, 1e-9);
    }

    [Fact]
    public void OneMethodsHarmIsFoundAmongManyAndNamed()
    {
        var names = Enumerable.Range(1, 20).Select(i => $"method{i}").ToList();
        var analysis = New([.. names.Select(name => (name, Calls(Block, 0, 1)))]);
        for (var i = 0; i < 10; i++)
        {
            foreach (var name in names)
            {
                analysis.Add(name, Calls(Block, name == "method7" ? 100 : 0, 1), Calls(Block, 0, 1));
            }
        }

        var verdict = analysis.Judge();

        Assert.Equal(Standing.Worse, verdict.Standing);
        Assert.StartsWith("method7, 10000 calls beside 10000: it fails more often. failures 10% beside 0% (+10 points, from ", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void AMethodThatNobodyCalledBeforeIsJudgedToo()
    {
        var analysis = New(("known", Calls(Block, 0, 1)));
        for (var i = 0; i < 10; i++)
        {
            analysis.Add("known", Calls(Block, 0, 1), Calls(Block, 0, 1));
            analysis.Add("new", Calls(Block, 500, 1), Calls(Block, 0, 1));
        }

        Assert.Equal(Standing.Worse, analysis.Judge().Standing);
        Assert.StartsWith("new, ", analysis.Judge().Why, StringComparison.Ordinal);
    }

    [Fact]
    public void HoweverManyMethodsTurnUpTheCapitalIsOneInTheBeginning()
    {
        var analysis = New(("known", Calls(Block, 0, 1)));
        for (var i = 0; i < 500; i++)
        {
            analysis.Add($"new{i}", SideCalls.None, Calls(10, 0, 1));
        }

        Assert.Equal(1, analysis.Capital, 1e-9);
    }

    private static CallsAnalysis New(params (string Method, SideCalls Before)[] before) =>
        new(before.ToDictionary(one => one.Method, one => one.Before), Margins.Default, falseAlarms: 0.01, falsePasses: 0.05);

    /// <summary>Calls of 10 to 30 ms, evenly spread over their logarithm, of which some fail.</summary>
    private static SideCalls Calls(int calls, int failures, double times) =>
        new(failures, LatencySketch.Of(Enumerable.Range(0, calls - failures).Select(i => TimeSpan.FromMilliseconds(times * 10 * Math.Pow(3, (i + 0.5) / Math.Max(1, calls - failures))))));
}
