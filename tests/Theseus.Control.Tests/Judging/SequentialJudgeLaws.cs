using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Judging;

/// <summary>Which word counts when health, limits and the comparison say different things.</summary>
public sealed class SequentialJudgeLaws
{
    private static readonly UpgradeMove s_move = new("a", new("1.0.0", "d1"), new("2.0.0", "d2"));

    public static TheoryData<CallsStanding, bool, bool, bool, long, WaveJudgement, string> Table => new()
    {
        // standing, limit broken, something missing, differed before, faults -> judgement, rule
        { CallsStanding.Open, false, false, false, 0, WaveJudgement.Pass, "nothing-against-it" },
        { CallsStanding.NotCompared, false, false, false, 0, WaveJudgement.Pass, "nothing-against-it" },
        { CallsStanding.AsGood, false, false, false, 0, WaveJudgement.Pass, "as-good-as-baseline" },
        { CallsStanding.Worse, false, false, false, 0, WaveJudgement.Fail, "worse-than-baseline" },
        { CallsStanding.Worse, false, true, false, 0, WaveJudgement.Fail, "worse-than-baseline" },
        { CallsStanding.Open, true, false, false, 0, WaveJudgement.Fail, "limit" },
        { CallsStanding.AsGood, true, false, false, 0, WaveJudgement.Fail, "limit" },
        { CallsStanding.Open, false, true, false, 0, WaveJudgement.Inconclusive, "too-little-seen" },
        { CallsStanding.AsGood, false, true, false, 0, WaveJudgement.Inconclusive, "too-little-seen" },
        { CallsStanding.Open, false, false, true, 0, WaveJudgement.Inconclusive, "differed-before" },
        { CallsStanding.AsGood, false, false, false, 1, WaveJudgement.Fail, "faults" },
        { CallsStanding.Worse, true, true, true, 1, WaveJudgement.Fail, "faults" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task TheGravestWordCounts(CallsStanding standing, bool isLimitBroken, bool isMissing, bool isVetoed, long faults, WaveJudgement judgement, string rule)
    {
        var calls = new ComparedCalls(standing, "why") { BrokenLimit = isLimitBroken ? "limit" : null, Missing = isMissing ? "missing" : null, IsVetoed = isVetoed };

        var verdict = await JudgeAsync(Evidence(faults) with { Calls = calls });

        Assert.Equal((judgement, rule), (verdict.Judgement, verdict.Rule));
        Assert.Equal(standing == CallsStanding.NotCompared ? null : calls, verdict.Compared);
    }

    [Theory]
    [InlineData(MetricStanding.Worse, MetricThen.Fail, WaveJudgement.Fail, "metric", false)]
    [InlineData(MetricStanding.LimitBroken, MetricThen.Fail, WaveJudgement.Fail, "metric", false)]
    [InlineData(MetricStanding.Worse, MetricThen.Ask, WaveJudgement.Inconclusive, "metric", false)]
    [InlineData(MetricStanding.Worse, MetricThen.Tell, WaveJudgement.Pass, "as-good-as-baseline", true)]
    [InlineData(MetricStanding.TooLittle, MetricThen.Fail, WaveJudgement.Inconclusive, "metric-not-seen", false)]
    [InlineData(MetricStanding.TooLittle, MetricThen.Tell, WaveJudgement.Pass, "as-good-as-baseline", true)]
    [InlineData(MetricStanding.StandsStill, MetricThen.Ask, WaveJudgement.Inconclusive, "metric-not-seen", false)]
    [InlineData(MetricStanding.DifferedBefore, MetricThen.Fail, WaveJudgement.Inconclusive, "metric-not-seen", false)]
    [InlineData(MetricStanding.Open, MetricThen.Fail, WaveJudgement.Pass, "nothing-against-it", false)]
    [InlineData(MetricStanding.AsGood, MetricThen.Fail, WaveJudgement.Pass, "as-good-as-baseline", true)]
    [InlineData(MetricStanding.NotCompared, MetricThen.Fail, WaveJudgement.Pass, "as-good-as-baseline", true)]
    public async Task AMetricCountsAsItIsCritical(MetricStanding standing, MetricThen then, WaveJudgement judgement, string rule, bool mayEnd)
    {
        var evidence = Evidence(0) with { Judging = new() { PassEarlyAfter = TimeSpan.Zero }, Elapsed = TimeSpan.FromSeconds(1) };

        var verdict = await JudgeAsync(evidence with { Calls = new(CallsStanding.AsGood, "") { Metrics = [new("queue", standing, 1, 100) { Then = then, Why = "queue: so." }] } });

        Assert.Equal((judgement, rule, mayEnd), (verdict.Judgement, verdict.Rule, verdict.MayEndWave));
        Assert.True(rule is not ("metric" or "metric-not-seen") || verdict.Evidence == "queue: so.");
        // It is on record whatever came of it, also where no calls were compared.
        Assert.NotNull((await JudgeAsync(evidence with { Calls = ComparedCalls.None with { Metrics = [new("queue", standing, 1, 100) { Then = then }] } })).Compared);
    }

    [Theory]
    [InlineData(null, 100, false)]
    [InlineData(10, 9, false)]
    [InlineData(10, 10, true)]
    public async Task AWaveMayEndEarlyOnlyWhenItIsAskedForAndAllIsShown(int? after, int elapsed, bool may)
    {
        var evidence = Evidence(0) with { Judging = new() { PassEarlyAfter = after is { } seconds ? TimeSpan.FromSeconds(seconds) : null }, Elapsed = TimeSpan.FromSeconds(elapsed) };

        Assert.Equal(may, (await JudgeAsync(evidence with { Calls = new(CallsStanding.AsGood, "") })).MayEndWave);
        Assert.False((await JudgeAsync(evidence with { Calls = new(CallsStanding.Open, "") })).MayEndWave);
    }

    [Fact]
    public async Task WhatTheOtherNodesFailAsWellIsNotTheReleasesFault()
    {
        // 10 of 100 calls fail, on nodes that send all of their calls to the release: the stable side of their trials is empty.
        var evidence = Evidence(0, new SideReport(100, 10, default, default));
        Assert.Equal((WaveJudgement.Fail, "failure-ratio"), await RuleAsync(evidence));

        var beside = new ComparedCalls(CallsStanding.Open, "") { BaselineCalls = 100, BaselineFailures = 9 };
        Assert.Equal((WaveJudgement.Pass, "nothing-against-it"), await RuleAsync(evidence with { Calls = beside }));
    }

    [Fact]
    public async Task AVerdictIsStoredAsItIsWhateverIsUnbounded()
    {
        var calls = new ComparedCalls(CallsStanding.Open, "") { Capital = double.MaxValue, Methods = [new("M()", 1, 0) { Differences = [new("p99", 0, 0, 0, null, 1.5)] }] };
        var verdict = await JudgeAsync(Evidence(0) with { Calls = calls });

        var read = System.Text.Json.JsonSerializer.Deserialize(System.Text.Json.JsonSerializer.Serialize(verdict, UpgradeJson.Default.WaveVerdict), UpgradeJson.Default.WaveVerdict)!;

        Assert.Null(read.Compared!.Methods[0].Differences[0].Highest);
        Assert.Equal(double.MaxValue, read.Compared.Capital);
    }

    private static async Task<(WaveJudgement, string)> RuleAsync(WaveEvidence evidence) => await JudgeAsync(evidence) is var verdict ? (verdict.Judgement, verdict.Rule) : default;

    private static async Task<WaveVerdict> JudgeAsync(WaveEvidence evidence) => await new SequentialJudge().JudgeAsync(evidence, CancellationToken.None);

    private static WaveEvidence Evidence(long faults, SideReport? candidate = null) => new()
    {
        Upgrade = "u",
        Move = s_move,
        WaveNumber = 0,
        Wave = new() { Name = "w", Component = "a", Prepare = [], Activate = [new("n", 1)], Observe = TimeSpan.FromMinutes(1), MinimumCalls = 0 },
        Elapsed = TimeSpan.Zero,
        Nodes =
        [
            new ComponentReport
            {
                Component = "a",
                Contract = "IA",
                Trial = new() { Release = s_move.To, Share = 1, Elapsed = TimeSpan.Zero, Candidate = candidate ?? new(10, 0, default, default), Stable = new(0, 0, default, default), Faults = faults },
            },
        ],
    };
}
