using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Strategies;

/// <summary>Parameters as people write them.</summary>
public sealed class ReaderLaws
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData(" 0s ", 0)]
    [InlineData("00:05:00", 300)]
    [InlineData("1.00:00:01", 86401)]
    public void ATimeHasAUnitOrColons(string text, double seconds) =>
        Assert.Equal(seconds, Read(UpgradeStrategy.Immediate, ("observe", text)).Observe.TotalSeconds);

    [Theory]
    [InlineData("observe", "5", "a time like 30s, 5m or 00:05:00")] // of what?
    [InlineData("observe", "", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "s", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "ms", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "-5m", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "-00:05:00", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "1,5m", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "NaNs", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "99999999999999999999h", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", "5 d", "a time like 30s, 5m or 00:05:00")]
    [InlineData("observe", null, "a time like 30s, 5m or 00:05:00")]
    [InlineData("minimumCalls", "-1", "a whole number from 0")]
    [InlineData("minimumCalls", "1.5", "a whole number from 0")]
    [InlineData("minimumCalls", "99999999999999999999", "a whole number from 0")]
    [InlineData("whenInconclusive", "", "Pause, GoOn or RollBack")]
    [InlineData("whenInconclusive", "1", "Pause, GoOn or RollBack")]
    [InlineData("whenInconclusive", " +1", "Pause, GoOn or RollBack")]
    [InlineData("whenInconclusive", "Pause,GoOn", "Pause, GoOn or RollBack")]
    [InlineData("whenInconclusive", "Stop", "Pause, GoOn or RollBack")]
    [InlineData("shadowFraction", "a tenth", "a share like 0.1 or 10%")]
    [InlineData("shadowFraction", "-0.1", "a share like 0.1 or 10%")]
    [InlineData("shadowFraction", "%", "a share like 0.1 or 10%")]
    [InlineData("shadowFraction", null, "a share like 0.1 or 10%")]
    public void WhatIsNoValueIsToldWithWhatToWriteInstead(string name, string? text, string form) =>
        Assert.Equal([$"'{text}' is no value for '{name}'; write {form}."], Faults(UpgradeStrategy.Immediate, (name, text!)));

    [Theory]
    [InlineData(UpgradeStrategy.Rolling, "batch", "0", "a number of nodes like 3, or a share of them like 25%")]
    [InlineData(UpgradeStrategy.Rolling, "batch", "0%", "a number of nodes like 3, or a share of them like 25%")]
    [InlineData(UpgradeStrategy.Rolling, "batch", "101%", "a number of nodes like 3, or a share of them like 25%")]
    [InlineData(UpgradeStrategy.Rolling, "batch", "NaN%", "a number of nodes like 3, or a share of them like 25%")]
    [InlineData(UpgradeStrategy.Rolling, "byFailureDomain", "yes", "true or false")]
    [InlineData(UpgradeStrategy.BlueGreen, "warmFor", "long", "a time like 30s, 5m or 00:05:00")]
    [InlineData(UpgradeStrategy.Canary, "nodes", "2.5", "a number of nodes like 3, or a share of them like 25%")]
    [InlineData(UpgradeStrategy.Canary, "share", "half", "a share like 0.1 or 10%")]
    [InlineData(UpgradeStrategy.Gradual, "steps", "1%,,100%", "shares with commas between, like 1%,10%,50%,100%")]
    public void WhatIsNoValueOfAStrategysOwnIsToldWithWhatToWriteInstead(UpgradeStrategy strategy, string name, string text, string form) =>
        Assert.Equal([$"'{text}' is no value for '{name}'; write {form}."], Faults(strategy, (name, text)));

    [Fact]
    public void EachNameSetsItsOwnAndNothingElse()
    {
        (string, string)[] common =
        [
            ("observe", "1s"), ("minimumCalls", "2"), ("whenInconclusive", "rollback"), ("prepareDeadline", "3s"),
            ("activateDeadline", "4s"), ("settleDeadline", "5s"), ("retireDeadline", "6s"), ("shadowFraction", "70%"),
            ("falseAlarms", "2%"), ("falsePasses", "3%"), ("warmUp", "7s"), ("worseFailures", "1%"), ("worseMedian", "1.2"), ("worseP95", "1.3"), ("worseP99", "1.4"), ("worseLatencyBy", "0.002s"),
            ("limitFailures", "4%"), ("limitMedian", "10ms"), ("limitP95", "20ms"), ("limitP99", "30ms"), ("mustSeeFailures", "5%"), ("mustSeeTimes", "1.6"), ("extendFor", "8s"), ("passEarlyAfter", "9s"),
        ];
        T Common<T>(T parameters) where T : StrategyParameters => parameters with
        {
            Observe = Seconds(1),
            MinimumCalls = 2,
            WhenInconclusive = InconclusiveWave.RollBack,
            PrepareDeadline = Seconds(3),
            ActivateDeadline = Seconds(4),
            SettleDeadline = Seconds(5),
            RetireDeadline = Seconds(6),
            ShadowFraction = 0.7,
            Judging = new WaveJudging
            {
                FalseAlarms = 0.02,
                FalsePasses = 0.03,
                WarmUp = Seconds(7),
                WorseFailures = 0.01,
                WorseMedian = 1.2,
                WorseP95 = 1.3,
                WorseP99 = 1.4,
                WorseLatencyBy = TimeSpan.FromMilliseconds(2),
                LimitFailures = 0.04,
                LimitMedian = TimeSpan.FromMilliseconds(10),
                LimitP95 = TimeSpan.FromMilliseconds(20),
                LimitP99 = TimeSpan.FromMilliseconds(30),
                MustSeeFailures = 0.05,
                MustSeeTimes = 1.6,
                ExtendFor = Seconds(8),
                PassEarlyAfter = Seconds(9),
            },
        };

        Assert.Equal(Common(new ImmediateParameters()), Read(UpgradeStrategy.Immediate, common));
        Assert.Equal(Common(new RollingParameters { Batch = Amount.Percent(12.5), ByFailureDomain = false }), Read(UpgradeStrategy.Rolling, [.. common, ("batch", "12.5 %"), ("byFailureDomain", "FALSE")]));
        Assert.Equal(Common(new BlueGreenParameters { WarmFor = Seconds(8) }), Read(UpgradeStrategy.BlueGreen, [.. common, ("warmFor", "8s")]));
        Assert.Equal(Common(new CanaryParameters { Nodes = Amount.Nodes(3), Share = 0.25 }), Read(UpgradeStrategy.Canary, [.. common, ("nodes", "3"), ("share", "0.25")]));
        Assert.Equal([0.1, 0.5, 1], ((GradualParameters)Read(UpgradeStrategy.Gradual, [.. common, ("steps", "10%, 0.5, 100%")])).Steps);
    }

    [Fact]
    public void EachNameThatIsToldIsRead() => Assert.All(Enum.GetValues<UpgradeStrategy>(), strategy =>
        Assert.All(ParameterReader.NamesOf(strategy), name => Assert.StartsWith("'?' is no value", Assert.Single(Faults(strategy, (name, "?"))))));

    [Fact]
    public void CaseDoesNotMatterInNamesSoThatOneGivenTwiceIsAFault()
    {
        Assert.Equal(Seconds(9), Read(UpgradeStrategy.Immediate, ("OBSERVE", "9s")).Observe);
        Assert.Equal(["'observe' is given twice, for case does not matter; give it once."], Faults(UpgradeStrategy.Immediate, ("Observe", "9s"), ("observe", "8s")));
    }

    [Fact]
    public void ANameOfAnotherStrategyIsToldWithThoseThereAre() => Assert.Equal(
        ["The strategy BlueGreen has no parameter 'batch'. It has: warmFor, observe, minimumCalls, whenInconclusive, prepareDeadline, activateDeadline, settleDeadline, retireDeadline, lostNodes, shadowFraction, falseAlarms, falsePasses, warmUp, worseFailures, worseMedian, worseP95, worseP99, worseLatencyBy, limitFailures, limitMedian, limitP95, limitP99, mustSeeFailures, mustSeeTimes, extendFor, passEarlyAfter, metric.NAME."],
        Faults(UpgradeStrategy.BlueGreen, ("batch", "3")));

    [Fact]
    public void AllFaultsAreToldAtOnce() => Assert.Equal(
        [
            "The strategy Canary has no parameter 'batch'. It has: nodes, share, observe, minimumCalls, whenInconclusive, prepareDeadline, activateDeadline, settleDeadline, retireDeadline, lostNodes, shadowFraction, falseAlarms, falsePasses, warmUp, worseFailures, worseMedian, worseP95, worseP99, worseLatencyBy, limitFailures, limitMedian, limitP95, limitP99, mustSeeFailures, mustSeeTimes, extendFor, passEarlyAfter, metric.NAME.",
            "'none' is no value for 'nodes'; write a number of nodes like 3, or a share of them like 25%.",
            "prepareDeadline has to be above 0 and at most 30 days.",
            "share has to be above 0 and at most 1.",
        ],
        Faults(UpgradeStrategy.Canary, ("batch", "3"), ("nodes", "none"), ("prepareDeadline", "0s"), ("share", "200%")));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static StrategyParameters Read(UpgradeStrategy strategy, params (string Name, string Text)[] values)
    {
        var parameters = ParameterReader.Read(strategy, values.ToDictionary(one => one.Name, one => one.Text), out var faults);
        Assert.Empty(faults);
        return parameters;
    }

    private static IReadOnlyList<string> Faults(UpgradeStrategy strategy, params (string Name, string Text)[] values)
    {
        ParameterReader.Read(strategy, values.ToDictionary(one => one.Name, one => one.Text), out var faults);
        return faults;
    }
}
