using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Tests;

/// <summary>Stands for a host's engine: answers what is written here.</summary>
internal sealed class WrittenOperator : IOperator
{
    public static DateTimeOffset Now { get; } = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    public List<string> Asked { get; } = [];

    public SwapAnswer Answer { get; set; } = Swapped(SwapOutcome.Completed, SwapReason.None);

    public bool HasLeft { get; set; }

    /// <summary>Whether it fails in a way that nobody thought of.</summary>
    public bool IsBroken { get; set; }

    public static SwapAnswer Swapped(SwapOutcome outcome, SwapReason reason, string detail = "") => new()
    {
        Component = "markdown",
        Outcome = outcome,
        Reason = reason,
        Detail = detail,
        From = "1.0.0",
        To = "2.0.0",
        Id = "0196",
    };

    private static readonly TrialObservation s_seen = new()
    {
        Elapsed = TimeSpan.FromSeconds(4),
        Candidate = new(1_200, 7, TimeSpan.FromMicroseconds(90), TimeSpan.FromMilliseconds(2)),
        Stable = new(0, 0, default, default),
        Before = new(200, 0, TimeSpan.FromMicroseconds(110), TimeSpan.FromMilliseconds(1)),
        ShieldedCalls = 3,
        FailedOnBoth = 4,
        Faults = 0,
        Shadowed = 0,
        ShadowMismatches = 0,
        ShadowFailures = 0,
        ShadowDropped = 0,
        Examples = ["Render(string): InvalidOperationException: [no] table (answered by the stable version)"],
    };

    public static SwapAnswer Full { get; } = Swapped(SwapOutcome.RolledBack, SwapReason.TrialFailed, "The trial failed by the rule 'proven-failures'.") with
    {
        Steps = [new(SwapStep.Load, TimeSpan.FromMilliseconds(1.25)), new(SwapStep.WarmUp, TimeSpan.FromSeconds(2)), new(SwapStep.Publish, TimeSpan.FromMicroseconds(80))],
        CriticalSection = TimeSpan.FromMilliseconds(7.3),
        StateBytes = 1_234_567,
        LostState = "What calls changed in markdown 2.0.0 since the swap is lost: its export failed.",
        Notes = ["Up (1 -> 2) of markdown 2.0.0 cannot be undone: going back would lose what was changed since the swap."],
        Verdict = VerdictKind.Fail,
        VerdictDetail = "proven-failures: 3 calls failed [on the candidate] that the stable version could answer.",
        Evidence = s_seen,
    };

    public IReadOnlyList<ComponentStatus> GetStatus() =>
    [
        new("markdown", "IMarkdownRenderer", "2.0.0", null, "", HasLeft ? [Generation(2, "2.0.0", GenerationState.Serving)] :
        [
            Generation(1, "1.0.0", GenerationState.Lingering) with
            {
                CallsInFlight = 1,
                Retirement = new() { Generation = 1, Version = "1.0.0", IsGone = false, Summary = "It was not drained within 60 s: 1 call of Render(string), in flight for at least 61.0 s." },
            },
            Generation(2, "2.0.0", GenerationState.Serving) with { IsCollectible = false, CallsInFlight = 12 },
        ]),
        new("script", "IScriptEvaluator", "1.0.0", "1.1.0", "[staged] waits", [Generation(4, "1.0.0", GenerationState.Serving), Generation(5, "1.1.0", GenerationState.Staged)]),
    ];

    public IReadOnlyList<SwapRecord> GetHistory(string component, int newest)
    {
        Asked.Add($"history {component} {newest}");
        return component == "script" ? [] :
        [
            new() { Id = "3", Component = component, From = new("1.0.0", "d1"), To = new("2.0.0", "d2"), StartedAt = Now, Step = "Observe" },
            new()
            {
                Id = "2",
                Component = component,
                From = new("1.0.0", "d1"),
                To = new("1.5.0", "d3"),
                StartedAt = Now - TimeSpan.FromDays(1),
                EndedAt = Now,
                Step = "Revert",
                Outcome = "RolledBack",
                Reason = "TrialFailed",
                Detail = "The trial failed.",
                LostState = "What calls changed since the swap is lost.",
                Notes = ["It cannot be undone."],
                CriticalSection = TimeSpan.FromMicroseconds(250),
            },
            new() { Id = "1", Component = component, To = new("1.0.0", "d1"), StartedAt = Now - TimeSpan.FromDays(2), EndedAt = Now, Step = "Confirm", Outcome = "Completed", Verdict = new() { Kind = "Pass", Rule = "nothing-against-it", Detail = "12 calls, 0 failures, no rule broken." } },
        ];
    }

    public Task<SwapAnswer> StageAsync(string component, string version, CancellationToken cancellationToken) => Note($"stage {component} {version}");

    public Task<SwapAnswer> SwapAsync(string component, string version, TrialChanges trial, CancellationToken cancellationToken) =>
        Note($"swap {component} {version} {trial.Duration} {trial.Share} {trial.ShadowFraction} {trial.MinimumCalls} {trial.WhenInconclusive}".TrimEnd());

    public Task<SwapAnswer> RollbackAsync(string component, CancellationToken cancellationToken) => Note($"rollback {component}");

    public Task<SwapAnswer> ConfirmAsync(string component, CancellationToken cancellationToken) => Note($"confirm {component}");

    public Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken)
    {
        Asked.Add($"why {component} {generation} {walkHeap}");
        return Task.FromResult<IReadOnlyList<PinFinding>>(generation == 2 ? [] :
        [
            new(PinKind.InFlightCall, "1 call of Render(string), in flight for at least 61.0 s"),
            new(PinKind.Timer, "a timer that [nobody] stopped", IsFreed: true),
        ]);
    }

    private static GenerationInfo Generation(int number, string version, GenerationState state) =>
        new(number, number < 4 ? "markdown" : "script", version, state, IsCollectible: true, Now - TimeSpan.FromHours(number), 0, null);

    private Task<SwapAnswer> Note(string what)
    {
        Asked.Add(what);
        return IsBroken ? throw new InvalidOperationException("Nobody thought of this.") : Task.FromResult(Answer);
    }
}
