using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Planning.Plans;

namespace Theseus.Control.Tests.Planning;

/// <summary>The waves of each strategy, node by node.</summary>
public sealed class ShapeLaws
{
    private static readonly string[] fleet = ["n3@east", "n1@west", "n4@west", "n2@east", "n5@west"];

    [Fact]
    public void ImmediateIsOneWaveOfAllNodesAndCalls() =>
        Assert.Equal(["everywhere at once [n2 n3 n1 n4 n5] n2=1 n3=1 n1=1 n4=1 n5=1"], Lines(Of(new ImmediateParameters(), fleet)));

    [Fact]
    public void RollingByFailureDomainNeverMixesDomainsInABatch() => Assert.Equal(
        ["batch 1 of 2 [n2 n3] n2=1 n3=1", "batch 2 of 2 [n1 n4 n5] n1=1 n4=1 n5=1"],
        Lines(Of(new RollingParameters { Batch = Amount.Nodes(3) }, fleet)));

    [Fact]
    public void RollingWithoutFailureDomainsFillsEachBatch() => Assert.Equal(
        ["batch 1 of 2 [n2 n3 n1] n2=1 n3=1 n1=1", "batch 2 of 2 [n4 n5] n4=1 n5=1"],
        Lines(Of(new RollingParameters { Batch = Amount.Nodes(3), ByFailureDomain = false }, fleet)));

    [Fact]
    public void ABatchInPercentIsOfAllNodesRatherThanOfADomains() => Assert.Equal(
        ["batch 1 of 3 [n2 n3] n2=1 n3=1", "batch 2 of 3 [n1 n4] n1=1 n4=1", "batch 3 of 3 [n5] n5=1"],
        Lines(Of(new RollingParameters { Batch = Amount.Percent(40) }, fleet)));

    [Fact]
    public void BlueGreenSwitchesEverywhereOnceAllIsReady() => Assert.Equal(
        ["ready everywhere [n1 n2]", "switch, old release warm [] n1=1 n2=1"],
        Lines(Of(new BlueGreenParameters(), "n1", "n2")));

    [Theory]
    [InlineData(60, 300, 300)]
    [InlineData(300, 60, 300)] // each wave is watched for as long as was asked for, at least
    public void BlueGreenKeepsTheOldReleaseWarmForTheLongerOfBothTimes(int observe, int warmFor, int expected)
    {
        var plan = Of(new BlueGreenParameters { Observe = TimeSpan.FromSeconds(observe), WarmFor = TimeSpan.FromSeconds(warmFor), MinimumCalls = 7 }, "n1");

        Assert.Equal([(TimeSpan.Zero, 0), (TimeSpan.FromSeconds(expected), 7)], plan.Waves.Select(wave => (wave.Observe, wave.MinimumCalls)));
    }

    [Fact]
    public void BlueGreenSwitchesNoComponentBeforeAllAreReadyAndThenWhatOthersDependOnFirst()
    {
        var plan = Of(new BlueGreenParameters { Observe = TimeSpan.FromMinutes(1), WarmFor = TimeSpan.FromMinutes(9) }, ["storage", "index", "shop"], ["n1", "n2"]);

        Assert.Equal(
            [
                "storage: ready everywhere [n1 n2]",
                "index: ready everywhere [n1 n2]",
                "shop: ready everywhere [n1 n2]",
                "storage: switch, old release warm [] n1=1 n2=1",
                "index: switch, old release warm [] n1=1 n2=1",
                "shop: switch, old release warm [] n1=1 n2=1",
            ],
            Lines(plan));
        Assert.Equal([0, 0, 0, 1, 1, 9], plan.Waves.Select(wave => wave.Observe.TotalMinutes));
    }

    [Fact]
    public void BlueGreenShadowsAllComponentsBeforeAnyIsSwitched() => Assert.Equal(
        [
            "storage: shadow [n1] n1~0.5",
            "index: shadow [n1] n1~0.5",
            "storage: switch, old release warm [] n1=1",
            "index: switch, old release warm [] n1=1",
        ],
        Lines(Of(new BlueGreenParameters { ShadowFraction = 0.5 }, ["storage", "index"], ["n1"])));

    [Fact]
    public void CanaryWithAllCallsTakesAFewNodesAndThenTheOthers() => Assert.Equal(
        ["canary [n2 n3] n2=1 n3=1", "the rest [n1 n4 n5] n1=1 n4=1 n5=1"],
        Lines(Of(new CanaryParameters { Nodes = Amount.Nodes(2) }, fleet)));

    [Fact]
    public void CanaryWithAShareRaisesItsOwnNodesWithTheOthersAndPreparesTheseAlone() => Assert.Equal(
        ["canary [n2] n2=0.2", "the rest [n3 n1 n4 n5] n2=1 n3=1 n1=1 n4=1 n5=1"],
        Lines(Of(new CanaryParameters { Share = 0.2 }, fleet)));

    [Fact]
    public void ACanaryOfAllCallsOfAllNodesIsTheWholeUpgrade() =>
        Assert.Equal(["canary [n1] n1=1"], Lines(Of(new CanaryParameters(), "n1")));

    [Fact]
    public void ACanaryOfAShareOfAllNodesIsRaisedWithoutPreparingAnew() =>
        Assert.Equal(["canary [n1] n1=0.5", "the rest [] n1=1"], Lines(Of(new CanaryParameters { Share = 0.5 }, "n1")));

    [Fact]
    public void ACanarysNodesAreTheSameInWhateverOrderNodesAreKnown() => Assert.Equal(
        Lines(Of(new CanaryParameters { Nodes = Amount.Percent(40) }, fleet)),
        Lines(Of(new CanaryParameters { Nodes = Amount.Percent(40) }, [.. fleet.Reverse()])));

    [Fact]
    public void GradualRaisesTheShareOnAllNodesAndPreparesThemOnce() => Assert.Equal(
        ["0.001 % everywhere [n1 n2] n1=1E-05 n2=1E-05", "25 % everywhere [] n1=0.25 n2=0.25", "100 % everywhere [] n1=1 n2=1"],
        Lines(Of(new GradualParameters { Steps = [0.00001, 0.25, 1] }, "n1", "n2")));

    public static TheoryData<StrategyParameters, string[]> Shadowed => new()
    {
        { new ImmediateParameters { ShadowFraction = 0.1 }, ["everywhere at once [] n1=1 n2=1"] },
        { new RollingParameters { ShadowFraction = 0.1, Batch = Amount.Nodes(1) }, ["batch 1 of 2 [] n1=1", "batch 2 of 2 [] n2=1"] },
        { new BlueGreenParameters { ShadowFraction = 0.1 }, ["switch, old release warm [] n1=1 n2=1"] },
        { new CanaryParameters { ShadowFraction = 0.1 }, ["canary [] n1=1", "the rest [] n2=1"] },
        { new GradualParameters { ShadowFraction = 0.1, Steps = [0.5, 1] }, ["50 % everywhere [] n1=0.5 n2=0.5", "100 % everywhere [] n1=1 n2=1"] },
    };

    [Theory]
    [MemberData(nameof(Shadowed))]
    public void AShadowWaveComesFirstAndPreparesForAllThatFollow(StrategyParameters parameters, string[] others)
    {
        var plan = Of(parameters, "n1", "n2");

        Assert.Equal(["shadow [n1 n2] n1~0.1 n2~0.1", .. others], Lines(plan));
        Assert.Equal(parameters.Observe, plan.Waves[0].Observe);
    }

    [Fact]
    public void ExceptForBlueGreenOneComponentIsDoneBeforeTheNext() => Assert.Equal(
        [
            "storage: shadow [n1] n1~0.5",
            "storage: everywhere at once [] n1=1",
            "index: shadow [n1] n1~0.5",
            "index: everywhere at once [] n1=1",
        ],
        Lines(Of(new ImmediateParameters { ShadowFraction = 0.5 }, ["storage", "index"], ["n1"])));

    [Fact]
    public void TheDefaultsAreThoseOfTheGuide()
    {
        var eight = Enumerable.Range(1, 8).Select(i => $"n{i}").ToArray();

        Assert.Equal(["canary [n1] n1=1", "the rest [n2] n2=1"], Lines(Of(ParameterReader.Default(UpgradeStrategy.Canary), "n1", "n2")));
        Assert.Equal([2, 2, 2, 2], Of(ParameterReader.Default(UpgradeStrategy.Rolling), eight).Waves.Select(wave => wave.Activate.Count));
        Assert.Equal([0.01, 0.1, 0.5, 1], Of(ParameterReader.Default(UpgradeStrategy.Gradual), "n1").Waves.Select(wave => wave.Activate[0].Share));
        Assert.Equal([0, 10], Of(ParameterReader.Default(UpgradeStrategy.BlueGreen), "n1").Waves.Select(wave => wave.Observe.TotalMinutes));
        // A domain at a time.
        Assert.Equal([1, 1], Of(new RollingParameters { Batch = Amount.Percent(100) }, "n1@east", "n2@west").Waves.Select(wave => wave.Activate.Count));
        Assert.All(Enum.GetValues<UpgradeStrategy>(), strategy =>
        {
            var plan = Of(ParameterReader.Default(strategy), "n1");
            Assert.Equal((strategy, InconclusiveWave.Pause, FailureAction.RollBack, false), (plan.Strategy, plan.WhenInconclusive, plan.OnFailure, plan.NeedsApproval));
            Assert.Equal((5, 1, 5, 2), (plan.PrepareDeadline.TotalMinutes, plan.ActivateDeadline.TotalMinutes, plan.SettleDeadline.TotalMinutes, plan.RetireDeadline.TotalMinutes));
            Assert.Equal(strategy == UpgradeStrategy.BlueGreen ? 10 : 1, plan.Waves[^1].Observe.TotalMinutes);
            Assert.All(plan.Waves, wave => Assert.Equal(0, wave.MinimumCalls));
        });
    }
}
