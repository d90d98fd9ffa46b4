using System.Text.Json;
using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Planning.Plans;

namespace Theseus.Control.Tests.Planning;

/// <summary>What an approval is bound to.</summary>
public sealed class DigestLaws
{
    private static readonly string[] nodes = ["n1@east", "n2@east", "n3@west", "n4@west"];

    public static TheoryData<string, StrategyParameters[]> Different => new()
    {
        {
            "common", [
                new ImmediateParameters(),
                new ImmediateParameters { Observe = TimeSpan.FromSeconds(59) },
                new ImmediateParameters { MinimumCalls = 1 },
                new ImmediateParameters { WhenInconclusive = InconclusiveWave.GoOn },
                new ImmediateParameters { WhenInconclusive = InconclusiveWave.RollBack },
                new ImmediateParameters { PrepareDeadline = TimeSpan.FromSeconds(59) },
                new ImmediateParameters { ActivateDeadline = TimeSpan.FromSeconds(59) },
                new ImmediateParameters { SettleDeadline = TimeSpan.FromSeconds(59) },
                new ImmediateParameters { RetireDeadline = TimeSpan.FromSeconds(59) },
                new ImmediateParameters { ShadowFraction = 0.1 },
                new ImmediateParameters { ShadowFraction = 0.2 },
            ]
        },
        { "strategies", [new ImmediateParameters(), new RollingParameters { Batch = Amount.Percent(100), ByFailureDomain = false }, new BlueGreenParameters(), new CanaryParameters { Nodes = Amount.Percent(100) }, new GradualParameters { Steps = [1] }] },
        { "rolling", [new RollingParameters { Batch = Amount.Nodes(3) }, new RollingParameters { Batch = Amount.Nodes(1) }, new RollingParameters { Batch = Amount.Nodes(3), ByFailureDomain = false }] },
        { "blue-green", [new BlueGreenParameters(), new BlueGreenParameters { WarmFor = TimeSpan.FromMinutes(11) }] },
        { "canary", [new CanaryParameters(), new CanaryParameters { Nodes = Amount.Nodes(2) }, new CanaryParameters { Share = 0.5 }] },
        { "gradual", [new GradualParameters(), new GradualParameters { Steps = [0.5, 1] }, new GradualParameters { Steps = [0.25, 1] }] },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void WhateverIsDoneOtherwiseHasAnotherDigest(string about, StrategyParameters[] parameters)
    {
        Assert.NotEmpty(about);
        Assert.Distinct(parameters.Select(one => Of(one, nodes).Digest));
    }

    /// <summary>Plans that differ in what is moved and in what failure leads to.</summary>
    public static IReadOnlyList<UpgradePlan> DifferentMoves
    {
        get
        {
            var request = Request(new ImmediateParameters(), "a");
            var move = Move("a");
            UpgradePlan Plan(UpgradeRequest asked, UpgradeMove moved, params string[] on) => UpgradePlanner.Plan(asked, [moved], _ => [.. on.Select(Node)]);
            return
            [
                Plan(request, move, "n1"),
                Plan(request, move, "n2"),
                Plan(request, move, "n1", "n2"),
                Plan(request, move with { Component = "b" }, "n1"),
                Plan(request, move with { From = new("1.0.1", "d1") }, "n1"),
                Plan(request, move with { From = new("1.0.0", "d0") }, "n1"),
                Plan(request, move with { From = move.From with { Settings = """{"Size":"1"}""" } }, "n1"),
                Plan(request, move with { To = new("2.0.1", "d2") }, "n1"),
                Plan(request, move with { To = new("2.0.0", "d3") }, "n1"),
                Plan(request, move with { To = move.To with { Settings = """{"Size":"1"}""" } }, "n1"),
                Plan(request, move with { To = move.To with { Settings = """{"Size":"2"}""" } }, "n1"),
                Plan(request, move with { Restores = "u1" }, "n1"),
                Plan(request, move with { Restores = "u2" }, "n1"),
                Plan(request with { OnFailure = FailureAction.Freeze }, move, "n1"),
                Plan(request with { OnFailure = FailureAction.RollForward }, move, "n1"),
                Plan(request with { NeedsApproval = true }, move, "n1"),
            ];
        }
    }

    [Fact]
    public void WhatIsMovedAndWhatFailureLeadsToAreInTheDigest() => Assert.Distinct(DifferentMoves.Select(plan => plan.Digest));

    [Fact]
    public void APlanThatWasStoredAndReadHasTheSameDigest() => Assert.All(Enum.GetValues<UpgradeStrategy>(), strategy =>
    {
        var plan = Of(ParameterReader.Default(strategy), nodes);

        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(plan, UpgradeJson.Default.UpgradePlan), UpgradeJson.Default.UpgradePlan)!;

        Assert.Equal(plan.Digest, read.Digest);
        Assert.Matches("^[0-9a-f]{64}$", plan.Digest);
    });
}
