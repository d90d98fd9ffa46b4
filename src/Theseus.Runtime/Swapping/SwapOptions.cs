namespace Theseus.Runtime;

/// <summary>The knobs of a swap. Immutable; the defaults are for production.</summary>
public sealed record SwapOptions
{
    /// <summary>How the release's code is loaded. Default: the component's own setting, which by default is <see cref="LoadingMode.Probation"/>.</summary>
    public LoadingMode? Loading { get; init; }

    /// <summary>The deadlines of the steps.</summary>
    public SwapDeadlines Deadlines { get; init; } = new();

    /// <summary>How the release is warmed up.</summary>
    public WarmUpOptions WarmUp { get; init; } = new();

    /// <summary>How the release is tried under real calls.</summary>
    public TrialOptions Trial { get; init; } = new();

    /// <summary>How state is handed over.</summary>
    public StateOptions State { get; init; } = new();

    /// <summary>
    /// How long the generation that served before rests between its last call and its stop. Default 1 s: stopping and
    /// unloading cost processor time, a full collection among it, which the first calls on the new code are not to pay for.
    /// </summary>
    public TimeSpan RestBeforeStop { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The digest that the release has to have, in lower-case hexadecimal; null, the default, for whichever the feed has under its version.</summary>
    public string? ExpectedDigest { get; init; }

    /// <summary>
    /// The settings that the release is run with, over those of the host's own configuration, keys as in
    /// <c>Cache:Size</c>; null, the default, for those that the component is run with now. They are remembered with the
    /// release, and go back with it. Not for secrets.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>
    /// The name under which the state that is handed over is kept on the host's disk, for <see cref="RestoreSnapshot"/>:
    /// letters, digits, '-' and '_', 64 at most. Null, the default, for the swap's own <see cref="SwapResult.Id"/>. How many
    /// are kept says <see cref="StateOptions.KeptSnapshots"/>.
    /// </summary>
    public string? SnapshotName { get; init; }

    /// <summary>
    /// The name of a kept state that the release begins with; null, the default, for the state of now. The state of now is
    /// then lost, once the release is confirmed. It has to be of the release's own schema.
    /// </summary>
    public string? RestoreSnapshot { get; init; }

    /// <summary>Told of each step as it begins and ends, on the thread that takes it; null for nobody.</summary>
    public IProgress<SwapProgress>? Progress { get; init; }
}

/// <summary>How long each step may take. A deadline that passes is an outcome with a name.</summary>
public sealed record SwapDeadlines
{
    /// <summary>For loading code and constructing. Default 30 s.</summary>
    public TimeSpan Load { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For starting. Default 30 s.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For each health check. Default 10 s.</summary>
    public TimeSpan HealthCheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For each warm-up call, and once for declaring them. Also for each copy of a call, and for comparing its answers. Default 10 s.</summary>
    public TimeSpan WarmUpCall { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the last call on a generation to end. Default 60 s. A generation that is not drained by then stays until it is; its calls are not cut off.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For stopping, and again for ending the generation's background work. Default 30 s.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the code to be gone after unloading. Default 30 s.</summary>
    public TimeSpan Unload { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How a release is warmed up, before it gets calls: the first call of freshly loaded code pays for its compilation.</summary>
public sealed record WarmUpOptions
{
    /// <summary>How often each call is made at most, before <see cref="LongestSettling"/> begins. Default 64; zero: no warm-up.</summary>
    public int Rounds { get; init; } = 64;

    /// <summary>After how long no further round is begun. Default 2 s.</summary>
    public TimeSpan LongestTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long code that is loaded resident is called on after that, until the runtime has nothing left to recompile.
    /// Default 5 s, of which one second is what most components need; zero: not at all.
    /// </summary>
    public TimeSpan LongestSettling { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many calls that arrive while the release is being loaded are noted and made again, from 0. Only idempotent ones are. Default 16.</summary>
    public int RecentCalls { get; init; } = 16;
}

/// <summary>What is done when a trial saw too little to decide.</summary>
public enum InconclusiveAction
{
    /// <summary>The release is confirmed.</summary>
    Confirm,

    /// <summary>The release is taken back.</summary>
    RollBack,
}

/// <summary>How a release is tried under real calls, while the stable version stands by.</summary>
public sealed record TrialOptions
{
    /// <summary>How long. Default 10 s; zero confirms at once.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether only an order confirms (<see cref="HotSwapEngine.ConfirmAsync"/>): when none has come by the end of
    /// <see cref="Duration"/>, the release is taken back. Default false.
    /// </summary>
    public bool NeedsOrder { get; init; }

    /// <summary>The candidate's share of calls, from 0 to 1. Default 1. Below 1 only for components without state or with shared state.</summary>
    public double Share { get; init; } = 1;

    /// <summary>The share of the stable version's idempotent calls that are copied to the candidate, and whose answers are compared; from 0, the default, to 1. Needs a <see cref="Share"/> below 1.</summary>
    public double ShadowFraction { get; init; }

    /// <summary>
    /// Compares a shadowed call's two answers, the stable version's first. Called by one thread at a time, on any. One that
    /// throws, or takes longer than <see cref="SwapDeadlines.WarmUpCall"/>, counts as a shadow that failed. Default: by
    /// equality, sequences element by element.
    /// </summary>
    public Func<object?, object?, bool>? ShadowComparison { get; init; }

    /// <summary>How many calls the candidate has to have taken for a verdict; fewer are inconclusive. Default 0: a component that nobody calls during its trial is confirmed, with the verdict Inconclusive on record.</summary>
    public long MinimumCalls { get; init; }

    /// <summary>What is done when the trial is inconclusive. Default: the release is taken back.</summary>
    public InconclusiveAction WhenInconclusive { get; init; } = InconclusiveAction.RollBack;

    /// <summary>How many proven failures are let pass: calls that failed on the candidate and that the stable version could answer, and shadows that failed or answered differently. Default 0.</summary>
    public long ProvenFailuresAllowed { get; init; }

    /// <summary>The share of the candidate's calls that may fail without proof, from 0 to 1. Default 0.05. Looked at from 5 failures up.</summary>
    public double FailureRatioAllowed { get; init; } = 0.05;

    /// <summary>How many times as slow the candidate's median call may be as the stable version's, plus 1 ms. Default 3. Looked at from 50 calls on each side up.</summary>
    public double SlowdownAllowed { get; init; } = 3;

    /// <summary>The time between two health checks. Default 1 s.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(1);
}
