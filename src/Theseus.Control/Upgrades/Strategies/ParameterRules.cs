namespace Theseus.Control.Upgrades;

/// <summary>Says all that is wrong with a strategy's parameters, at once.</summary>
internal static class ParameterRules
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    public static IReadOnlyList<string> Faults(StrategyParameters parameters)
    {
        var faults = new List<string>();
        Require(parameters.Observe >= TimeSpan.Zero && parameters.Observe <= s_longest, "observe has to lie between 0 and 30 days.");
        Require(parameters.MinimumCalls >= 0, "minimumCalls has to be 0 or greater.");
        Deadline(parameters.PrepareDeadline, "prepareDeadline");
        Deadline(parameters.ActivateDeadline, "activateDeadline");
        Deadline(parameters.SettleDeadline, "settleDeadline");
        Deadline(parameters.RetireDeadline, "retireDeadline");
        Require(parameters.ShadowFraction is >= 0 and <= 1, "shadowFraction has to lie between 0 and 1.");
        Judging(parameters.Judging);
        switch (parameters)
        {
            case RollingParameters rolling:
                Nodes(rolling.Batch, "batch");
                break;
            case BlueGreenParameters blueGreen:
                Require(blueGreen.WarmFor >= TimeSpan.Zero && blueGreen.WarmFor <= s_longest, "warmFor has to lie between 0 and 30 days.");
                break;
            case CanaryParameters canary:
                Nodes(canary.Nodes, "nodes");
                Require(canary.Share is > 0 and <= 1, "share has to be above 0 and at most 1.");
                break;
            case GradualParameters gradual:
                var steps = gradual.Steps;
                Require(
                    steps.Count is > 0 and <= 100 && steps[^1] == 1 && steps[0] > 0 && steps.Zip(steps.Skip(1)).All(pair => pair.First < pair.Second),
                    "steps have to rise, from above 0 to 1, in at most 100 steps.");
                break;
        }

        return faults;

        void Judging(WaveJudging judging)
        {
            Require(judging.FalseAlarms is > 0 and <= 0.5, "falseAlarms has to be above 0 and at most 0.5.");
            Require(judging.FalsePasses is > 0 and <= 0.5, "falsePasses has to be above 0 and at most 0.5.");
            Require(judging.WarmUp >= TimeSpan.Zero && judging.WarmUp <= s_longest, "warmUp has to lie between 0 and 30 days.");
            Require(judging.WorseFailures is > 0 and <= 1, "worseFailures has to be above 0 and at most 1.");
            Times(judging.WorseMedian, "worseMedian");
            Times(judging.WorseP95, "worseP95");
            Times(judging.WorseP99, "worseP99");
            Require(judging.WorseLatencyBy >= TimeSpan.Zero && judging.WorseLatencyBy <= s_longest, "worseLatencyBy has to lie between 0 and 30 days.");
            Require(judging.LimitFailures is null or (>= 0 and < 1), "limitFailures has to be from 0 to below 1.");
            Limit(judging.LimitMedian, "limitMedian");
            Limit(judging.LimitP95, "limitP95");
            Limit(judging.LimitP99, "limitP99");
            Require(judging.MustSeeFailures is null or (> 0 and <= 1), "mustSeeFailures has to be above 0 and at most 1.");
            Times(judging.MustSeeTimes ?? 2, "mustSeeTimes");
            Require(judging.ExtendFor >= TimeSpan.Zero && judging.ExtendFor <= s_longest, "extendFor has to lie between 0 and 30 days.");
            Require(judging.PassEarlyAfter is null || (judging.PassEarlyAfter >= TimeSpan.Zero && judging.PassEarlyAfter <= s_longest), "passEarlyAfter has to lie between 0 and 30 days.");
            faults.AddRange(MetricSpec.Faults(judging.Metrics ?? []));
        }

        void Times(double value, string name) => Require(value is > 1 and <= 1000, $"{name} has to be above 1 and at most 1000; it is how many times as long calls take.");

        void Limit(TimeSpan? value, string name) => Require(value is null || (value > TimeSpan.Zero && value <= TimeSpan.FromHours(1)), $"{name} has to be above 0 and at most 1 hour.");

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                faults.Add(otherwise);
            }
        }

        void Nodes(Amount amount, string name) => Require(amount != default, $"{name} has to be at least one node; write a number like 3, or a share like 25%.");

        void Deadline(TimeSpan value, string name) => Require(value > TimeSpan.Zero && value <= s_longest, $"{name} has to be above 0 and at most 30 days.");
    }
}
