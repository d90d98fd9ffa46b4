namespace Theseus.Runtime.Swapping;

/// <summary>
/// The rules by which a trial is judged on one host. They are plain thresholds: enough to take a plainly bad release
/// back within moments. Pure: the same observation gives the same verdict.
/// </summary>
internal static class TrialGate
{
    private const long FewestFailures = 5;

    /// <summary>How many calls a side has to have taken before its latencies are looked at.</summary>
    public const long FewestCallsForLatency = 50;

    /// <summary>Judges. <see cref="VerdictKind.Pass"/> only means 'nothing against it so far' until the trial's time is over.</summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="baseline">How the stable version did right before the trial; null when nothing was measured.</param>
    /// <param name="options">The trial's options.</param>
    /// <param name="isOver">Whether the trial's time is over.</param>
    public static TrialVerdict Judge(TrialObservation seen, TrialSideObservation? baseline, TrialOptions options, bool isOver)
    {
        TrialVerdict Say(VerdictKind kind, string rule, string detail) => new(kind, rule, detail, seen with { Before = baseline });

        if (seen.Faults > 0)
        {
            return Say(VerdictKind.Fail, "faults", $"{seen.Faults} failed health checks or faults in background work; none are allowed. {First(seen)}");
        }

        var proven = seen.ShieldedCalls + seen.ShadowMismatches + seen.ShadowFailures;
        if (proven > options.ProvenFailuresAllowed)
        {
            return Say(
                VerdictKind.Fail,
                "proven-failures",
                $"{seen.ShieldedCalls} calls failed that the stable version could answer, {seen.ShadowFailures} shadows failed and {seen.ShadowMismatches} were answered differently; "
                + $"{options.ProvenFailuresAllowed} are allowed. {ByMethod(seen)}{First(seen)}");
        }

        if (seen.Candidate.Failures >= FewestFailures)
        {
            var ratio = Ratio(seen.Candidate);
            var stable = Ratio(seen.Stable.Calls >= FewestCallsForLatency ? seen.Stable : baseline);
            if (ratio > Math.Max(options.FailureRatioAllowed, 2 * stable))
            {
                return Say(
                    VerdictKind.Fail,
                    "failure-ratio",
                    $"{ratio:P1} of {seen.Candidate.Calls} calls failed, {stable:P1} on the stable version; {options.FailureRatioAllowed:P1} are allowed, or twice the stable version's. {First(seen)}");
            }
        }

        if (Slowdown(seen, baseline, options) is { } slow)
        {
            return Say(VerdictKind.Fail, "slowdown", slow);
        }

        var calls = seen.Candidate.Calls + seen.Shadowed;
        if (isOver && calls == 0 && options.MinimumCalls == 0)
        {
            return Say(VerdictKind.Inconclusive, "no-calls", "The candidate took no calls. None are asked for (MinimumCalls is 0), so that is not held against it.");
        }

        return isOver && calls < options.MinimumCalls
            ? Say(VerdictKind.Inconclusive, "minimum-calls", $"The candidate took {calls} calls; {options.MinimumCalls} are asked for.")
            : Say(VerdictKind.Pass, "nothing-against-it", $"{seen.Candidate.Calls} calls, {seen.Candidate.Failures} failures, no rule broken.");
    }

    private static string? Slowdown(TrialObservation seen, TrialSideObservation? baseline, TrialOptions options)
    {
        var beside = seen.Stable.Calls >= FewestCallsForLatency ? seen.Stable : baseline;
        if (beside is not { Calls: >= FewestCallsForLatency } || seen.Candidate.Calls < FewestCallsForLatency)
        {
            return null;
        }

        var allowed = beside.MedianLatency * options.SlowdownAllowed + TimeSpan.FromMilliseconds(1);
        return seen.Candidate.MedianLatency > allowed
            ? $"The median call takes {seen.Candidate.MedianLatency.TotalMilliseconds:0.###} ms, {beside.MedianLatency.TotalMilliseconds:0.###} ms on the stable version; "
              + $"{allowed.TotalMilliseconds:0.###} ms are allowed ({options.SlowdownAllowed} times as much, and 1 ms)."
            : null;
    }

    private static string ByMethod(TrialObservation seen) => string.Concat(seen.ShadowedMethods.Where(one => one.Different + one.Failed > 0).Select(one =>
        $"{one.Method}: {one.Different} of {one.Compared} copies answered differently, {one.Failed} failed; {one.Samples[0]}. "));

    private static double Ratio(TrialSideObservation? side) => side is { Calls: > 0 } ? (double)side.Failures / side.Calls : 0;

    private static string First(TrialObservation seen) => seen.Examples.Count > 0 ? $"First: {seen.Examples[0]}" : "";
}
