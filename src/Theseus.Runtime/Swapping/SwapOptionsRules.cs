using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>Says all that is wrong with a swap's options, at once.</summary>
internal static class SwapOptionsRules
{
    public static IReadOnlyList<string> Faults(SwapOptions options)
    {
        var faults = new List<string>(options.State.Validate());
        var (trial, deadlines, warmUp) = (options.Trial, options.Deadlines, options.WarmUp);
        Ratio(trial.Share, "Trial.Share");
        Ratio(trial.ShadowFraction, "Trial.ShadowFraction");
        Ratio(trial.FailureRatioAllowed, "Trial.FailureRatioAllowed");
        Require(trial.Duration >= TimeSpan.Zero, "Trial.Duration has to be zero, for no trial, or greater.");
        Require(trial.MinimumCalls >= 0, "Trial.MinimumCalls has to be zero or greater.");
        Require(trial.ProvenFailuresAllowed >= 0, "Trial.ProvenFailuresAllowed has to be zero or greater.");
        Require(trial.SlowdownAllowed >= 1, "Trial.SlowdownAllowed has to be 1 or greater.");
        Require(warmUp.Rounds >= 0 && warmUp.RecentCalls >= 0, "WarmUp.Rounds and WarmUp.RecentCalls have to be zero or greater.");
        Require(warmUp.LongestTime >= TimeSpan.Zero && warmUp.LongestSettling >= TimeSpan.Zero, "WarmUp.LongestTime and WarmUp.LongestSettling have to be zero or greater.");
        Require(
            trial is not { ShadowFraction: > 0, Share: >= 1 },
            "Shadowing copies the stable version's calls, and with Trial.Share = 1 it gets none; lower the share.");
        Require(options.SnapshotName is null || KeptSnapshot.IsName(options.SnapshotName), "SnapshotName has to be 1 to 64 letters, digits, '-' and '_'.");
        Require(options.RestoreSnapshot is null || KeptSnapshot.IsName(options.RestoreSnapshot), "RestoreSnapshot has to be 1 to 64 letters, digits, '-' and '_'.");
        Require(options.RestBeforeStop >= TimeSpan.Zero, "RestBeforeStop has to be zero or greater.");
        Positive(trial.HealthInterval, "Trial.HealthInterval");
        Positive(deadlines.Load, "Deadlines.Load");
        Positive(deadlines.Start, "Deadlines.Start");
        Positive(deadlines.HealthCheck, "Deadlines.HealthCheck");
        Positive(deadlines.WarmUpCall, "Deadlines.WarmUpCall");
        Positive(deadlines.Drain, "Deadlines.Drain");
        Positive(deadlines.Stop, "Deadlines.Stop");
        Positive(deadlines.Unload, "Deadlines.Unload");
        return faults;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                faults.Add(otherwise);
            }
        }

        void Ratio(double value, string name) => Require(value is >= 0 and <= 1, $"{name} is {value}; it has to lie between 0 and 1.");

        void Positive(TimeSpan value, string name) => Require(value > TimeSpan.Zero, $"{name} has to be greater than zero.");
    }
}
