using FsCheck;
using FsCheck.Fluent;
using Theseus.Control.Monitoring;

namespace Theseus.Control.Tests.Monitoring;

/// <summary>When an alert is raised and cleared: by threshold, band and time, for what was and is seen alone.</summary>
public sealed class EvaluatorLaws
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch.AddYears(56);

    private static readonly AlertRule s_rule = new()
    {
        Name = "hot", Metric = "node.processor", Threshold = 10, ClearThreshold = 5, RaiseAfter = TimeSpan.FromSeconds(3), ClearAfter = TimeSpan.FromSeconds(2),
    };

    /// <summary>A letter for each second: Q(uiet), P(ending), R(aised), C(learing). A value of null is no value.</summary>
    private static string Run(AlertRule rule, params double?[] values)
    {
        var standing = new AlertStanding(AlertPhase.Quiet, s_start);
        var letters = values.Select((value, second) => (standing = AlertEvaluator.Next(rule, standing, value, s_start.AddSeconds(second))).Phase.ToString()[0]);
        return string.Concat(letters);
    }

    [Fact]
    public void ItIsRaisedWhenItIsBadForLongEnoughAndClearedWhenItIsGoodForLongEnough() =>
        Assert.Equal("QPPPRRCCQQ", Run(s_rule, 1, 11, 12, 11, 11, 20, 5, 4, 5, 1));

    [Fact]
    public void ABreakBeginsTheTimeAnew() =>
        Assert.Equal("PPPQPPPRCRCCQ", Run(s_rule, 11, 11, 11, 10, 11, 11, 11, 11, 1, 6, 1, 1, 1));

    [Fact]
    public void InTheBandBetweenTheThresholdsNothingChanges() =>
        Assert.Equal("QQQPPPRRRRR", Run(s_rule, 6, 10, 9.9, 11, 11, 11, 11, 6, 10, 9.9, 5.1));

    [Fact]
    public void WithoutTimesAndBandItFollowsTheThreshold()
    {
        var plain = new AlertRule { Name = "plain", Metric = "node.processor", Threshold = 10 };

        Assert.Equal("QRRQQ", Run(plain, 10, 10.1, 11, 10, 0));
        Assert.Equal("QRQ", Run(plain with { Comparison = AlertComparison.Below }, 10, 9.9, 10));
    }

    [Theory]
    [InlineData(AlertWithoutData.Keep, "QQPPPRRRR")]
    [InlineData(AlertWithoutData.Clear, "QQPPPRCCQ")]
    [InlineData(AlertWithoutData.Raise, "PPPRRRRRR")]
    public void AWindowWithoutAValueIsTakenForWhatTheRuleSays(AlertWithoutData without, string phases)
    {
        Assert.Equal(phases, Run(s_rule with { WithoutData = without }, null, double.NaN, 11, 11, 11, 11, null, null, null));
        // It is a break in what was bad, and in what was good.
        Assert.Equal("PPQPPPR", Run(s_rule, 11, 11, null, 11, 11, 11, 11));
    }

    [Fact]
    public void AClockThatIsSetBackRaisesNothingEarly()
    {
        var pending = AlertEvaluator.Next(s_rule, new(AlertPhase.Quiet, s_start), 11, s_start);

        Assert.Equal(pending, AlertEvaluator.Next(s_rule, pending, 11, s_start.AddHours(-1)));
        Assert.Equal(AlertPhase.Raised, AlertEvaluator.Next(s_rule, pending, 11, s_start.AddSeconds(3)).Phase);
    }

    /// <summary>A rule that looks at the threshold alone is the control: it has one alert for each time a value comes over it.</summary>
    [Fact]
    public void AnAlertNeverFlapsFasterThanItsTimesAllowAndNeverOutsideItsBand() => Prop.ForAll(
        Gen.Choose(0, 15).Select(value => (double)value).ListOf(60).ToArbitrary(),
        values =>
        {
            var phases = Run(s_rule, [.. values.Select(value => (double?)value)]);
            var raised = phases.Select((phase, second) => (IsRaised: phase is 'R' or 'C', Second: second)).ToList();
            foreach (var (before, now) in raised.Zip(raised.Skip(1)))
            {
                if (!before.IsRaised && now.IsRaised)
                {
                    Assert.All(Enumerable.Range(now.Second - 3, 4), second => Assert.True(values[second] > 10));
                }
                else if (before.IsRaised && !now.IsRaised)
                {
                    Assert.All(Enumerable.Range(now.Second - 2, 3), second => Assert.True(values[second] <= 5));
                }
            }

            var control = Run(new AlertRule { Name = "control", Metric = "node.processor", Threshold = 10 }, [.. values.Select(value => (double?)value)]);
            Assert.True(Raisings(phases) <= Raisings(control));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(AlertAggregate.Last, 3)]
    [InlineData(AlertAggregate.Average, 4)]
    [InlineData(AlertAggregate.Minimum, 2)]
    [InlineData(AlertAggregate.Maximum, 7)]
    [InlineData(AlertAggregate.Increase, 1)]
    public void AWindowComesToOneValue(AlertAggregate aggregate, double value)
    {
        Assert.Equal(value, AlertEvaluator.Aggregate(aggregate, [.. ((double[])[2, 4, 7, 3]).Select((one, second) => new MetricPoint(s_start.AddSeconds(second), one))]));
        Assert.Null(AlertEvaluator.Aggregate(aggregate, []));
    }

    [Fact]
    public void ARuleThatCannotBeSaysAllThatIsWrong()
    {
        var wrong = new AlertRule { Name = "No Good", Metric = "node.colour", Threshold = double.NaN, Window = TimeSpan.FromDays(8), RaiseAfter = TimeSpan.FromSeconds(-1), Text = new string('x', 1001) };

        Assert.Equal(6, wrong.Validate().Count);
        Assert.Contains(wrong.Validate(), fault => fault.Contains("component.p99", StringComparison.Ordinal));
        Assert.Contains("on the good side", Assert.Single((s_rule with { ClearThreshold = 11 }).Validate()));
        Assert.Contains("on the good side", Assert.Single((s_rule with { Comparison = AlertComparison.Below }).Validate()));
        Assert.Contains("leave the subject", Assert.Single((s_rule with { Metric = "nodes.lost", Subject = "node1" }).Validate()));
        Assert.Contains("Window above 0", Assert.Single((s_rule with { Aggregate = AlertAggregate.Increase, Window = TimeSpan.Zero }).Validate()));
        Assert.All(DefaultAlertRules.All, rule => Assert.Empty(rule.Validate()));
        Assert.Empty(new MonitorOptions().Validate());
        Assert.Equal(
            ["Monitor.Interval", "Monitor.Kept", "Monitor.MostSeries", "Monitor.ClearedKept"],
            new MonitorOptions { Interval = TimeSpan.Zero, Kept = TimeSpan.FromDays(8), MostSeries = 0, ClearedKept = -1 }.Validate().Select(fault => fault.Split(' ')[0]));
        Assert.Contains("100,000", Assert.Single(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(100), Kept = TimeSpan.FromDays(1) }.Validate()));
    }

    private static int Raisings(string phases) => phases.Where((phase, second) => phase == 'R' && (second == 0 || phases[second - 1] is 'Q' or 'P')).Count();
}
