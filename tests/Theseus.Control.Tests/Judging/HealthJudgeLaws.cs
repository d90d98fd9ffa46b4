using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Judging;

/// <summary>Each rule by itself, at its limit, and which of them counts when several are broken.</summary>
public sealed class HealthJudgeLaws
{
    private static readonly UpgradeMove move = new("a", new("1.0.0", "d1"), new("2.0.0", "d2"));

    [Fact]
    public async Task AFaultOutsideOfCallsFailsTheWave()
    {
        var verdict = await Judge(Trial(calls: 100) with { Faults = 1, Examples = ["the queue is gone"] }, Trial(calls: 100) with { Faults = 2 });

        Assert.Equal((WaveJudgement.Fail, "faults"), (verdict.Judgement, verdict.Rule));
        Assert.StartsWith("3 failed health checks or faults in background work; none are allowed.", verdict.Evidence);
        Assert.EndsWith("First: the queue is gone", verdict.Evidence);
    }

    [Fact]
    public async Task AFailureThatIsProvenToBeTheReleasesFailsTheWave()
    {
        var verdict = await Judge(Trial(calls: 100), Trial(calls: 100) with { ProvenFailures = 1, Examples = ["2 + 2 was 5"] });

        Assert.Equal((WaveJudgement.Fail, "proven-failures"), (verdict.Judgement, verdict.Rule));
        Assert.StartsWith("1 calls failed that the stable release answered", verdict.Evidence);
        Assert.EndsWith("First: 2 + 2 was 5", verdict.Evidence);
    }

    [Fact]
    public async Task CopiedCallsAreToldByMethodOverAllNodesWithSamples()
    {
        ShadowedCalls Copies(string method, long compared, long different, params string[] samples) => new(method, compared, different, 0, samples);
        var verdict = await Judge(
            Trial(calls: 100) with { ProvenFailures = 2, Shadowed = [Copies("A()", 50, 0), Copies("B()", 10, 2, "1 / 2", "3 / 4")] },
            Trial(calls: 100) with { ProvenFailures = 5, Shadowed = [Copies("B()", 20, 5, "5 / 6", "7 / 8", "9 / 10", new string('x', 4000))] });

        Assert.Contains(" B(): 7 of 30 copies answered differently, 0 failed.", verdict.Evidence);
        Assert.DoesNotContain("A()", verdict.Evidence);
        Assert.Equal([("B()", 30L, 7L), ("A()", 50L, 0L)], verdict.Shadowed!.Select(one => (one.Method, one.Compared, one.Different)));
        Assert.Equal(["1 / 2", "3 / 4", "5 / 6", "7 / 8", "9 / 10"], verdict.Shadowed![0].Samples);
        Assert.Null((await Judge(Trial(calls: 100))).Shadowed);
        // They are kept with the record.
        Assert.Equal(300, (await Judge(Trial(calls: 100) with { Shadowed = [Copies("B()", 1, 1, new string('x', 4000))] })).Shadowed![0].Samples[0].Length);
        var many = Trial(calls: 100) with { Shadowed = [.. Enumerable.Range(0, 200).Select(number => Copies($"M{number}()", 1, 1, "a / b"))] };
        Assert.Equal(20, (await Judge(many)).Shadowed!.Count);
    }

    [Theory]
    [InlineData(100, 5, WaveJudgement.Pass)] // just the twentieth that is allowed
    [InlineData(100, 6, WaveJudgement.Fail)]
    [InlineData(99, 5, WaveJudgement.Fail)]
    [InlineData(4, 4, WaveJudgement.Pass)] // too few to be told from chance
    [InlineData(5, 5, WaveJudgement.Fail)]
    public async Task FromFiveFailedCallsOnTheirShareIsLimited(long calls, long failures, WaveJudgement expected)
    {
        var verdict = await Judge(Trial(calls, failures));

        Assert.Equal((expected, expected == WaveJudgement.Fail ? "failure-ratio" : "nothing-against-it"), (verdict.Judgement, verdict.Rule));
        Assert.Contains($"{failures}", verdict.Evidence);
    }

    [Fact]
    public async Task TheShareIsThatOfAllNodesTogether()
    {
        Assert.Equal(WaveJudgement.Pass, (await Judge(Trial(10, 5), Trial(90))).Judgement);
        Assert.Equal(WaveJudgement.Fail, (await Judge(Trial(50, 3), Trial(50, 3))).Judgement);
    }

    [Theory]
    [InlineData(20, WaveJudgement.Pass)] // twice the stable release's tenth
    [InlineData(21, WaveJudgement.Fail)]
    public async Task WhereTheStableReleaseFailsTooTwiceItsShareIsAllowed(long failures, WaveJudgement expected)
    {
        var verdict = await Judge(Trial(100, failures, stableCalls: 200, stableFailures: 20));

        Assert.Equal(expected, verdict.Judgement);
        Assert.Contains(expected == WaveJudgement.Fail ? "21 of 100 calls failed, 10.00 % of the stable release's; 20.00 % are allowed." : "20 of 200 on the stable release", verdict.Evidence);
    }

    [Theory]
    [InlineData(0.2, 20, WaveJudgement.Pass)]
    [InlineData(0.2, 21, WaveJudgement.Fail)]
    [InlineData(0, 5, WaveJudgement.Fail)]
    public async Task WhoeverSetsTheShareIsObeyed(double allowed, long failures, WaveJudgement expected) =>
        Assert.Equal(expected, (await Judge(new HealthJudge { FailureRatioAllowed = allowed }, 0, Trial(100, failures))).Judgement);

    [Theory]
    [InlineData(49, WaveJudgement.Inconclusive)]
    [InlineData(50, WaveJudgement.Pass)]
    public async Task FewerCallsThanWereAskedForAreNoJudgement(long calls, WaveJudgement expected)
    {
        var verdict = await Judge(new HealthJudge(), 100, Trial(50), Trial(calls));

        Assert.Equal((expected, expected == WaveJudgement.Pass ? "nothing-against-it" : "minimum-calls"), (verdict.Judgement, verdict.Rule));
        Assert.Contains(expected == WaveJudgement.Pass ? "100 calls on 2 nodes" : "99 calls so far; 100 are asked for.", verdict.Evidence);
    }

    [Fact]
    public async Task AWaveThatFailsIsNotHeldToHaveSeenTooLittle() =>
        Assert.Equal("failure-ratio", (await Judge(new HealthJudge(), 100, Trial(5, 5))).Rule);

    [Fact]
    public async Task WhatWeighsMoreIsTold()
    {
        var all = Trial(5, 5) with { Faults = 1, ProvenFailures = 1 };

        Assert.Equal("faults", (await Judge(all)).Rule);
        Assert.Equal("proven-failures", (await Judge(all with { Faults = 0 })).Rule);
        Assert.Equal("failure-ratio", (await Judge(all with { Faults = 0, ProvenFailures = 0 })).Rule);
    }

    [Fact]
    public async Task AnotherReleasesTrialSaysNothingOfThisOne() =>
        Assert.Equal("nothing-against-it", (await Judge(Trial(5, 5) with { Release = move.From, Faults = 1, ProvenFailures = 1 })).Rule);

    [Fact]
    public async Task TheVerdictNamesItsWave() => Assert.Equal(3, (await Judge(Trial(1))).Wave);

    private static ValueTask<WaveVerdict> Judge(params TrialReport[] trials) => Judge(new HealthJudge(), 0, trials);

    private static ValueTask<WaveVerdict> Judge(HealthJudge judge, long minimumCalls, params TrialReport[] trials) => judge.JudgeAsync(
        new WaveEvidence
        {
            Upgrade = "u1",
            Move = move,
            WaveNumber = 3,
            Wave = new PlanWave { Name = "canary", Component = "a", Prepare = [], Activate = [], Observe = TimeSpan.Zero, MinimumCalls = minimumCalls },
            Elapsed = TimeSpan.Zero,
            Nodes = [.. trials.Select(trial => new ComponentReport { Component = "a", Contract = "IContract", Trial = trial }), new ComponentReport { Component = "a", Contract = "IContract" }],
        },
        CancellationToken.None);

    private static TrialReport Trial(long calls, long failures = 0, long stableCalls = 0, long stableFailures = 0) => new()
    {
        Release = move.To,
        Share = 1,
        Elapsed = TimeSpan.Zero,
        Candidate = new(calls, failures, TimeSpan.Zero, TimeSpan.Zero),
        Stable = new(stableCalls, stableFailures, TimeSpan.Zero, TimeSpan.Zero),
    };
}
