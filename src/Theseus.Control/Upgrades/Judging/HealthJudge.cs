using System.Globalization;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>
/// Judges a wave by health alone: faults, proven failures and the share of failed calls, against plain limits. Pure: the
/// same evidence gives the same verdict.
/// </summary>
public sealed class HealthJudge : IWaveJudge
{
    /// <summary>From how many failed calls on their share is looked at.</summary>
    private const long FewestFailures = 5;

    private const int SamplesKept = 5;
    private const int LongestSample = 300;
    private const int MethodsKept = 20;

    /// <summary>The share of the new release's calls that may fail. Default 0.05; or twice the stable release's, where that is more.</summary>
    public double FailureRatioAllowed { get; init; } = 0.05;

    /// <inheritdoc/>
    public ValueTask<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return ValueTask.FromResult(Judge(evidence));
    }

    /// <summary>Judges.</summary>
    internal WaveVerdict Judge(WaveEvidence evidence)
    {
        var shadowed = Shadowed(evidence);
        WaveVerdict Say(WaveJudgement judgement, string rule, FormattableString text) =>
            new(evidence.WaveNumber, judgement, rule, text.ToString(CultureInfo.InvariantCulture)) { Shadowed = shadowed.Count > 0 ? shadowed : null };

        if (evidence.Nodes.Count == 0)
        {
            return Say(WaveJudgement.Inconclusive, "no-nodes", $"No node of the wave is heard of.");
        }

        var trials = evidence.Nodes.Select(node => node.Trial).OfType<TrialReport>().Where(trial => trial.Release == evidence.Move.To).ToList();
        var example = trials.SelectMany(trial => trial.Examples).FirstOrDefault() is { } first ? $" First: {first}" : "";
        if (trials.Sum(trial => trial.Faults) is > 0 and var faults)
        {
            return Say(WaveJudgement.Fail, "faults", $"{faults} failed health checks or faults in background work; none are allowed.{example}");
        }

        if (trials.Sum(trial => trial.ProvenFailures) is > 0 and var proven)
        {
            return Say(WaveJudgement.Fail, "proven-failures", $"{proven} calls failed that the stable release answered, or were answered differently; none are allowed.{ByMethod(shadowed)}{example}");
        }

        var (calls, failures) = (trials.Sum(trial => trial.Candidate.Calls), trials.Sum(trial => trial.Candidate.Failures));
        var (stableCalls, stableFailures) = (trials.Sum(trial => trial.Stable.Calls), trials.Sum(trial => trial.Stable.Failures));
        // What the release from before fails as well, beside it or on other nodes, is not the new one's fault.
        var beside = evidence.Calls.BaselineCalls == 0 ? 0 : evidence.Calls.BaselineFailures / (double)evidence.Calls.BaselineCalls;
        var stable = Math.Max(beside, stableCalls == 0 ? 0 : (double)stableFailures / stableCalls);
        var allowed = Math.Max(FailureRatioAllowed, 2 * stable);
        if (failures >= FewestFailures && failures > allowed * calls)
        {
            return Say(WaveJudgement.Fail, "failure-ratio", $"{failures} of {calls} calls failed, {stable:P2} of the stable release's; {allowed:P2} are allowed.{example}");
        }

        return calls < evidence.Wave.MinimumCalls
            ? Say(WaveJudgement.Inconclusive, "minimum-calls", $"{calls} calls so far; {evidence.Wave.MinimumCalls} are asked for.")
            : Say(WaveJudgement.Pass, "nothing-against-it", $"{calls} calls on {trials.Count} nodes, {failures} failures, {stableFailures} of {stableCalls} on the stable release; no limit broken.");
    }

    /// <summary>The copies of all nodes together, by method, those first that differ; of each the first few samples.</summary>
    internal static IReadOnlyList<ShadowedCalls> Shadowed(WaveEvidence evidence) =>
    [
        .. (from node in evidence.Nodes
            where node.Trial?.Release == evidence.Move.To
            from one in node.Trial!.Shadowed
            group one by one.Method into method
            orderby method.Sum(one => one.Different + one.Failed) descending, method.Key
            select new ShadowedCalls(
                method.Key,
                method.Sum(one => one.Compared),
                method.Sum(one => one.Different),
                method.Sum(one => one.Failed),
                [.. method.SelectMany(one => one.Samples).Take(SamplesKept).Select(sample => sample.Length > LongestSample ? sample[..LongestSample] : sample)])).Take(MethodsKept),
    ];

    private static string ByMethod(IEnumerable<ShadowedCalls> shadowed) => string.Concat(shadowed.Where(one => one.Different + one.Failed > 0).Select(one => string.Create(
        CultureInfo.InvariantCulture, $" {one.Method}: {one.Different} of {one.Compared} copies answered differently, {one.Failed} failed.")));
}
