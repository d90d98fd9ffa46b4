namespace Theseus.Runtime;

/// <summary>What is known of one swap: begun, and ended where <see cref="Outcome"/> is set. Immutable.</summary>
public sealed record SwapRecord
{
    /// <summary>The outcome of a swap whose host ended before it did.</summary>
    public const string Interrupted = "Interrupted";

    /// <summary>Its id, unique on the host.</summary>
    public required string Id { get; init; }

    /// <summary>The component's name.</summary>
    public required string Component { get; init; }

    /// <summary>The release that served before; null when it is the component's first.</summary>
    public ReleaseRef? From { get; init; }

    /// <summary>The release that was to serve.</summary>
    public required ReleaseRef To { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The last step that was reached.</summary>
    public required string Step { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it ended so, as a name that does not change; null when it went well.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it ended so, in words for an operator; null when it went well.</summary>
    public string? Detail { get; init; }

    /// <summary>The release that serves after it; null when none does.</summary>
    public ReleaseRef? Serves { get; init; }

    /// <summary>The trial's verdict with what it looked at; null when there was no trial, or it did not come to a verdict.</summary>
    public RecordedVerdict? Verdict { get; init; }

    /// <summary>How long each step took, in order.</summary>
    public IReadOnlyList<SwapStepDuration> Steps { get; init; } = [];

    /// <summary>The longest time for which callers were held back in one go, the trial of migrations, the way back and the promotion included; where nobody was, how long publishing took; null when it did not come to that.</summary>
    public TimeSpan? CriticalSection { get; init; }

    /// <summary>How many bytes of state were exported to be handed over: there, back, and at the promotion; null when none were.</summary>
    public long? StateBytes { get; init; }

    /// <summary>What an operator should know of the state's way: see <see cref="SwapResult.Notes"/>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was lost of the state, in words: on a way back that could not bring it along, or because it was allowed to be dropped; otherwise null.</summary>
    public string? LostState { get; init; }

    /// <summary>What became of the generation that no longer serves; null while that is open.</summary>
    public RetiredGeneration? Retired { get; init; }

    /// <summary>What became of the new release's other form, after a promotion (<see cref="SwapResult.OtherFormRetirement"/>); null while that is open, or when there was none.</summary>
    public RetiredGeneration? OtherForm { get; init; }
}

/// <summary>How long one step of a swap took.</summary>
/// <param name="Step">The step.</param>
/// <param name="Duration">How long it took.</param>
public sealed record SwapStepDuration(string Step, TimeSpan Duration);

/// <summary>What became of a generation that no longer serves, or never did.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="Drain">How long its last calls took to end; null when they have not.</param>
/// <param name="Stop">How long it took to stop; null when it has not.</param>
/// <param name="Unload">How long it took until its code was gone; null when it had not gone by its deadline.</param>
/// <param name="Pins">What keeps its code in memory, in words; empty when nothing does.</param>
public sealed record RetiredGeneration(int Generation, TimeSpan? Drain, TimeSpan? Stop, TimeSpan? Unload, IReadOnlyList<string> Pins)
{
    /// <summary>When it was found to be gone; null while it is not known to be. One that lingers is looked after, at growing intervals, for as long as the host runs.</summary>
    public DateTimeOffset? GoneAt { get; init; }
}
