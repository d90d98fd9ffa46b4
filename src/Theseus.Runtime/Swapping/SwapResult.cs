namespace Theseus.Runtime;

/// <summary>How a swap ended.</summary>
public enum SwapOutcome
{
    /// <summary>The new release serves, and is remembered.</summary>
    Completed,

    /// <summary>The new release is ready beside the old one, and gets no calls yet.</summary>
    Staged,

    /// <summary>The swap was not begun. Nothing changed.</summary>
    Refused,

    /// <summary>The swap ended before its point of no return. Nothing changed.</summary>
    Failed,

    /// <summary>The new release was taken back; the one that served before serves again.</summary>
    RolledBack,
}

/// <summary>Why a swap ended as it did.</summary>
public enum SwapReason
{
    /// <summary>Everything went well.</summary>
    None,

    /// <summary>The host has no component of that name.</summary>
    UnknownComponent,

    /// <summary>Another swap of the component is going on.</summary>
    Busy,

    /// <summary>No feed has the release.</summary>
    ReleaseNotFound,

    /// <summary>The release's package is damaged, or not what it says it is.</summary>
    ReleaseRefused,

    /// <summary>To roll back: no release is on trial, and none was confirmed before the one that serves. To confirm: no release is on trial.</summary>
    NothingToDo,

    /// <summary>The release does not declare a direct upgrade from the one that serves.</summary>
    PathNotDeclared,

    /// <summary>The options do not fit the component; the detail says which, and what to do.</summary>
    OptionsRefused,

    /// <summary>Its code could not be loaded, or its constructor threw.</summary>
    LoadFailed,

    /// <summary>Loading passed its deadline.</summary>
    LoadTimedOut,

    /// <summary>Starting threw.</summary>
    StartFailed,

    /// <summary>Starting passed its deadline.</summary>
    StartTimedOut,

    /// <summary>The component said that it is not fit to be called, or the check threw.</summary>
    Unhealthy,

    /// <summary>The health check passed its deadline.</summary>
    HealthCheckTimedOut,

    /// <summary>A warm-up call failed.</summary>
    WarmUpFailed,

    /// <summary>A warm-up call passed its deadline.</summary>
    WarmUpTimedOut,

    /// <summary>There is no safe way for the state.</summary>
    StateRefused,

    /// <summary>Handing the state over failed or passed its bound.</summary>
    StateHandoverFailed,

    /// <summary>The trial's verdict was Fail.</summary>
    TrialFailed,

    /// <summary>The trial saw too little to decide, and its options say that this is not enough.</summary>
    TrialInconclusive,

    /// <summary>Its trial needed an order to be confirmed, and none came in time.</summary>
    NotConfirmed,

    /// <summary>An operator, or the caller's cancellation, took the new release back.</summary>
    TakenBack,

    /// <summary>The decision could not be written to disk.</summary>
    MemoryFailed,

    /// <summary>The component has not been started, or could not be: nothing serves. A swap to a release that can be loaded starts it.</summary>
    NotStarted,

    /// <summary>The host is stopping.</summary>
    HostStopping,

    /// <summary>An error inside the host, which should be reported to the Theseus project.</summary>
    InternalError,
}

/// <summary>What came of a swap. Immutable.</summary>
public sealed record SwapResult
{
    /// <summary>The component.</summary>
    public required string Component { get; init; }

    /// <summary>How it ended.</summary>
    public required SwapOutcome Outcome { get; init; }

    /// <summary>Why.</summary>
    public required SwapReason Reason { get; init; }

    /// <summary>The same in words, with what to do where something can be done; empty when all went well.</summary>
    public required string Detail { get; init; }

    /// <summary>The version that served before; null when none did.</summary>
    public required string? From { get; init; }

    /// <summary>The version that was asked for.</summary>
    public required string To { get; init; }

    /// <summary>The identifier under which the host's history has it; null when it has none, as of most refusals.</summary>
    public string? Id { get; init; }

    /// <summary>The steps that were taken, in their order. The old generation's retirement has its own.</summary>
    public IReadOnlyList<StepTiming> Steps { get; init; } = [];

    /// <summary>
    /// The longest time for which callers were held back in one go, over the whole swap: for the trial of migrations, the
    /// way there, the way back and the promotion. Where nobody was held back, how long publishing took.
    /// </summary>
    public TimeSpan CriticalSection { get; init; }

    /// <summary>How much state was exported to be handed over, in bytes: there, back, and at the promotion.</summary>
    public long StateBytes { get; init; }

    /// <summary>What an operator should know of the state's way, whatever the outcome: that it cannot be undone, that the whole state is transferred where it might have been caught up. Empty for nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was lost of the state and why, in words: on a way back that could not bring it along, or because the options allowed a release that keeps none. Null when nothing was.</summary>
    public string? LostState { get; init; }

    /// <summary>The trial's verdict; null when it did not come to one.</summary>
    public TrialVerdict? Verdict { get; init; }

    /// <summary>Completes when the generation that had to go (the old one, or the candidate that was taken back) is gone or its deadlines have passed. Never faults.</summary>
    public Task<RetirementRecord?> Retirement { get; init; } = Task.FromResult<RetirementRecord?>(null);

    /// <summary>
    /// The same of the new release's other form, after a promotion: the unloadable one in which it was on trial or, when
    /// the promotion failed, the resident one. Completes with null when there was no other. Never faults.
    /// </summary>
    public Task<RetirementRecord?> OtherFormRetirement { get; init; } = Task.FromResult<RetirementRecord?>(null);
}
