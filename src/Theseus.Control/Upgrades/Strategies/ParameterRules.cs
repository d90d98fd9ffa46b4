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
