using Theseus.Runtime.Swapping;

namespace Theseus.Runtime.Tests.Swapping;

public sealed class TrialGateLaws
{
    private static readonly TrialObservation s_good = new()
    {
        Elapsed = TimeSpan.FromSeconds(1),
        Candidate = Side(calls: 1000, failures: 0, medianMs: 1),
        Stable = Side(calls: 0, failures: 0, medianMs: 0),
        ShieldedCalls = 0,
        FailedOnBoth = 0,
        Faults = 0,
        Shadowed = 0,
        ShadowMismatches = 0,
        ShadowFailures = 0,
        ShadowDropped = 0,
        Examples = ["Render(string): boom"],
    };

    private static TrialSideObservation Side(long calls, long failures, double medianMs) =>
        new(calls, failures, TimeSpan.FromMilliseconds(medianMs), TimeSpan.FromMilliseconds(2 * medianMs));

    public static TheoryData<string, TrialObservation, TrialSideObservation?, TrialOptions, VerdictKind, string> Cases() => new()
    {
        { "good", s_good, null, new(), VerdictKind.Pass, "nothing-against-it" },
        { "one fault", s_good with { Faults = 1 }, null, new(), VerdictKind.Fail, "faults" },
        { "one proven failure", s_good with { ShieldedCalls = 1 }, null, new(), VerdictKind.Fail, "proven-failures" },
        { "a proven failure that is allowed", s_good with { ShieldedCalls = 1 }, null, new() { ProvenFailuresAllowed = 1 }, VerdictKind.Pass, "nothing-against-it" },
        { "a shadow that differs", s_good with { ShadowMismatches = 1 }, null, new(), VerdictKind.Fail, "proven-failures" },
        { "a shadow that fails", s_good with { ShadowFailures = 1 }, null, new(), VerdictKind.Fail, "proven-failures" },
        { "failures of both", s_good with { FailedOnBoth = 100 }, null, new(), VerdictKind.Pass, "nothing-against-it" },
        { "few failures without proof", s_good with { Candidate = Side(4, 4, 1) }, null, new(), VerdictKind.Pass, "nothing-against-it" },
        { "many failures without proof", s_good with { Candidate = Side(50, 5, 1) }, null, new(), VerdictKind.Fail, "failure-ratio" },
        { "as many as the stable version's", s_good with { Candidate = Side(50, 5, 1), Stable = Side(50, 4, 1) }, null, new(), VerdictKind.Pass, "nothing-against-it" },
        { "as many as before", s_good with { Candidate = Side(50, 5, 1) }, Side(500, 40, 1), new(), VerdictKind.Pass, "nothing-against-it" },
        { "slow beside the stable version", s_good with { Candidate = Side(50, 0, 10), Stable = Side(50, 0, 1) }, null, new(), VerdictKind.Fail, "slowdown" },
        { "slow against before", s_good with { Candidate = Side(50, 0, 10) }, Side(50, 0, 1), new(), VerdictKind.Fail, "slowdown" },
        { "slow, but too few calls", s_good with { Candidate = Side(49, 0, 10) }, Side(50, 0, 1), new(), VerdictKind.Pass, "nothing-against-it" },
        { "slow, but as allowed", s_good with { Candidate = Side(50, 0, 10) }, Side(50, 0, 1), new() { SlowdownAllowed = 9 }, VerdictKind.Pass, "nothing-against-it" },
        { "slow by less than a millisecond", s_good with { Candidate = Side(50, 0, 0.9) }, Side(50, 0, 0.001), new(), VerdictKind.Pass, "nothing-against-it" },
        { "too few calls", s_good with { Candidate = Side(9, 0, 1) }, null, new() { MinimumCalls = 10 }, VerdictKind.Inconclusive, "minimum-calls" },
        { "no calls at all", s_good with { Candidate = Side(0, 0, 0) }, null, new(), VerdictKind.Inconclusive, "no-calls" },
        { "shadows count as calls", s_good with { Candidate = Side(0, 0, 0), Shadowed = 10 }, null, new() { MinimumCalls = 10 }, VerdictKind.Pass, "nothing-against-it" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void AVerdictNamesItsRuleAndItsEvidence(
        string what, TrialObservation seen, TrialSideObservation? baseline, TrialOptions options, VerdictKind kind, string rule)
    {
        var verdict = TrialGate.Judge(seen, baseline, options, isOver: true);

        Assert.Equal((what, kind, rule), (what, verdict.Kind, verdict.Rule));
        Assert.Equal(seen with { Before = baseline }, verdict.Evidence);
        Assert.NotEmpty(verdict.Detail);
    }

    [Fact]
    public void WhileTheTrialGoesOnTooFewCallsAreNoVerdictYet() =>
        Assert.Equal(VerdictKind.Pass, TrialGate.Judge(s_good with { Candidate = Side(0, 0, 0) }, null, new() { MinimumCalls = 10 }, isOver: false).Kind);
}
