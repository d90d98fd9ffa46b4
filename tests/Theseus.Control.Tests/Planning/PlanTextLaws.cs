using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Planning.Plans;

namespace Theseus.Control.Tests.Planning;

/// <summary>What people read before they say yes.</summary>
public sealed class PlanTextLaws
{
    [Fact]
    public void EachThingThatWillBeDoneIsALine()
    {
        var request = Request(new CanaryParameters { Share = 0.2, MinimumCalls = 10, Observe = TimeSpan.FromSeconds(90) }, "a") with { NeedsApproval = true };
        var move = new UpgradeMove("a", new("1.0.0", "d1"), new("2.0.0", "d2") { Settings = """{"Size":"2"}""" }) { Restores = "u7" };
        var plan = UpgradePlanner.Plan(request, [move], _ => [.. Enumerable.Range(1, 9).Select(i => Node($"n{i}"))]);

        Assert.Equal(
            [
                "Canary: a 1.0.0 -> 2.0.0",
                "  a 2.0.0 is the package d2, and 1.0.0 the package d1",
                """  a 2.0.0 is run with the settings {"Size":"2"}, and 1.0.0 with no settings of its own""",
                "  a begins with the state that was kept before the upgrade u7; that of now is lost once it is confirmed",
                "  waits for an approval",
                "  wave 1 of 2: canary",
                "    prepare on n1, within 00:05:00",
                "    send 20% of the calls on n1, within 00:01:00",
                "    watch for 00:01:30, at least 10 calls; too little to judge: Pause",
                "    judged beside the calls that the same nodes send to the old release",
                "  wave 2 of 2: the rest",
                "    prepare on n2, n3, n4, n5, n6, n7 and 2 more, within 00:05:00",
                "    send 100% of the calls on n1, n2, n3, n4, n5, n6 and 3 more, within 00:01:00",
                "    watch for 00:01:30, at least 10 calls; too little to judge: Pause",
                "  confirm on all nodes, within 00:05:00",
                "  wait until the old release is gone from them, for up to 00:02:00",
                "  if a wave fails: every node goes back at once, and what depends on others before those",
                $"  digest {plan.Digest}",
            ],
            Lines(plan));
    }

    [Fact]
    public void AWaveWithoutCallsIsNotWatchedAndAShadowIsACopy() => Assert.Equal(
        [
            "  wave 1 of 2: ready everywhere",
            "    prepare on n1, within 00:05:00",
            "  wave 2 of 2: switch, old release warm",
            "    send 100% of the calls on n1, within 00:01:00",
            "    watch for 00:10:00; too little to judge: Pause",
            "  wave 1 of 2: shadow",
            "    prepare on n1, within 00:05:00",
            "    copy 12.5% of the calls on n1, within 00:01:00",
            "    watch for 00:01:00; too little to judge: Pause",
        ],
        [.. Lines(Of(new BlueGreenParameters(), "n1"))[2..7], .. Lines(Of(new ImmediateParameters { ShadowFraction = 0.125 }, "n1"))[2..6]]);

    [Fact]
    public void AShareIsNotRoundedToNothing() =>
        Assert.Contains("    send 0.001% of the calls on n1, within 00:01:00", Lines(Of(new GradualParameters { Steps = [0.00001, 1] }, "n1")));

    [Theory]
    [InlineData(FailureAction.RollBack, "  if a wave fails: every node goes back at once, and what depends on others before those")]
    [InlineData(FailureAction.Freeze, "  if a wave fails: stand still where it is, and wait for someone to decide")]
    [InlineData(FailureAction.RollForward, "  if a wave that is watched fails: go on all the same; if a node cannot be made ready: stand still, and wait for someone to decide")]
    public void WhatAFailureLeadsToIsSaid(FailureAction action, string expected)
    {
        var plan = UpgradePlanner.Plan(Request(new ImmediateParameters(), "a") with { OnFailure = action }, [Move("a")], _ => [Node("n1")]);

        Assert.Contains(expected, Lines(plan));
    }

    [Theory]
    [MemberData(nameof(DigestLaws.Different), MemberType = typeof(DigestLaws))]
    public void WhateverIsDoneOtherwiseReadsOtherwise(string about, StrategyParameters[] parameters)
    {
        Assert.NotEmpty(about);
        Assert.Distinct(parameters.Select(one => WithoutDigest(Of(one, "n1@east", "n2@east", "n3@west", "n4@west"))));
    }

    [Fact]
    public void WhatIsMovedAndWhatFailureLeadsToAreToBeRead() => Assert.Distinct(DigestLaws.DifferentMoves.Select(WithoutDigest));

    [Fact]
    public void MetricsThatItIsJudgedByAreToldWithHowMuchTheyTake()
    {
        var judging = ParameterReader.ReadJudging(
            WaveJudging.Default, new Dictionary<string, string> { ["metric.cpu"] = "node:node.processor; by 20%", ["metric.queue"] = "instrument:orders/queue; limit 5" }, out var faults);
        Assert.Empty(faults);

        var lines = Lines(UpgradePlanner.Plan(Request(new ImmediateParameters { Judging = judging }, "a"), [Move("a")], _ => [Node("n1")]));

        // A quarter of a hundredth each, so 400: (1.25^n + 1.5^n + 1.75^n + 1.95^n) / 4 is 530 for 11. A limit takes half of that, so 800: 998 for 12.
        Assert.Contains("  judged by cpu too, node:node.processor; by 0.2: takes 11 stretches of values at least, of one value to 32 each", lines);
        Assert.Contains("  judged by queue too, instrument:orders/queue; limit 5: takes 12 stretches of values at least, of one value to 32 each", lines);
    }

    private static string WithoutDigest(UpgradePlan plan) => string.Join('\n', Lines(plan)[..^1]);

    private static string[] Lines(UpgradePlan plan) => PlanText.Write(plan).ReplaceLineEndings("\n").Split('\n');
}
