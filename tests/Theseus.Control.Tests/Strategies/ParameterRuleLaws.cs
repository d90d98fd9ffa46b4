using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Strategies;

/// <summary>The limits of each parameter: the last good value on each side, and the first bad one.</summary>
public sealed class ParameterRuleLaws
{
    private static readonly TimeSpan month = TimeSpan.FromDays(30);
    private static readonly TimeSpan tick = TimeSpan.FromTicks(1);

    public static TheoryData<StrategyParameters, string> Bad => new()
    {
        { new ImmediateParameters { Observe = -tick }, "observe has to lie between 0 and 30 days." },
        { new ImmediateParameters { Observe = month + tick }, "observe has to lie between 0 and 30 days." },
        { new ImmediateParameters { MinimumCalls = -1 }, "minimumCalls has to be 0 or greater." },
        { new ImmediateParameters { PrepareDeadline = TimeSpan.Zero }, "prepareDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { PrepareDeadline = month + tick }, "prepareDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { ActivateDeadline = TimeSpan.Zero }, "activateDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { ActivateDeadline = month + tick }, "activateDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { SettleDeadline = TimeSpan.Zero }, "settleDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { SettleDeadline = month + tick }, "settleDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { RetireDeadline = TimeSpan.Zero }, "retireDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { RetireDeadline = month + tick }, "retireDeadline has to be above 0 and at most 30 days." },
        { new ImmediateParameters { ShadowFraction = -0.01 }, "shadowFraction has to lie between 0 and 1." },
        { new ImmediateParameters { ShadowFraction = 1.01 }, "shadowFraction has to lie between 0 and 1." },
        { new ImmediateParameters { ShadowFraction = double.NaN }, "shadowFraction has to lie between 0 and 1." },
        { new RollingParameters { Batch = default }, "batch has to be at least one node; write a number like 3, or a share like 25%." },
        { new BlueGreenParameters { WarmFor = -tick }, "warmFor has to lie between 0 and 30 days." },
        { new BlueGreenParameters { WarmFor = month + tick }, "warmFor has to lie between 0 and 30 days." },
        { new CanaryParameters { Nodes = default }, "nodes has to be at least one node; write a number like 3, or a share like 25%." },
        { new CanaryParameters { Share = 0 }, "share has to be above 0 and at most 1." },
        { new CanaryParameters { Share = 1.01 }, "share has to be above 0 and at most 1." },
        { new CanaryParameters { Share = double.NaN }, "share has to be above 0 and at most 1." },
        { Steps(), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps(0.5), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps(0, 1), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps(0.5, 0.5, 1), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps(0.5, 0.4, 1), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps(0.5, double.NaN, 1), "steps have to rise, from above 0 to 1, in at most 100 steps." },
        { Steps([.. Enumerable.Range(1, 101).Select(i => i / 101.0)]), "steps have to rise, from above 0 to 1, in at most 100 steps." },
    };

    public static TheoryData<StrategyParameters> Good =>
    [
        new ImmediateParameters { Observe = TimeSpan.Zero, ShadowFraction = 1, PrepareDeadline = tick, ActivateDeadline = tick, SettleDeadline = tick, RetireDeadline = tick },
        new ImmediateParameters { Observe = month, MinimumCalls = long.MaxValue, PrepareDeadline = month, ActivateDeadline = month, SettleDeadline = month, RetireDeadline = month },
        new RollingParameters { Batch = Amount.Nodes(1) },
        new BlueGreenParameters { WarmFor = TimeSpan.Zero },
        new BlueGreenParameters { WarmFor = month },
        new CanaryParameters { Share = double.Epsilon },
        Steps(1),
        Steps([.. Enumerable.Range(1, 100).Select(i => i / 100.0)]),
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public void WhatIsBeyondALimitIsToldWithTheLimit(StrategyParameters parameters, string fault) => Assert.Equal([fault], ParameterRules.Faults(parameters));

    [Theory]
    [MemberData(nameof(Good))]
    public void WhatIsWithinEveryLimitIsNoFault(StrategyParameters parameters) => Assert.Empty(ParameterRules.Faults(parameters));

    [Fact]
    public void TheDefaultsAreWithinEveryLimit() => Assert.All(Enum.GetValues<UpgradeStrategy>(), strategy => Assert.Empty(ParameterRules.Faults(ParameterReader.Default(strategy))));

    [Fact]
    public void AllFaultsAreToldAtOnce() => Assert.Equal(
        ["observe", "minimumCalls", "prepareDeadline", "activateDeadline", "settleDeadline", "retireDeadline", "shadowFraction", "nodes", "share"],
        ParameterRules.Faults(new CanaryParameters
        {
            Observe = -tick,
            MinimumCalls = -1,
            PrepareDeadline = -tick,
            ActivateDeadline = -tick,
            SettleDeadline = -tick,
            RetireDeadline = -tick,
            ShadowFraction = -1,
            Nodes = default,
            Share = -1,
        }).Select(fault => fault.Split(' ')[0]));

    private static GradualParameters Steps(params double[] steps) => new() { Steps = steps };
}
