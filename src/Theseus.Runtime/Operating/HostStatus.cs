namespace Theseus.Runtime.Operating;

/// <summary>A host, as seen at one moment. Immutable.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="DataFolder">The folder in which it keeps releases and its memory.</param>
/// <param name="StartedAt">When its operator endpoint was opened.</param>
/// <param name="Components">Its components.</param>
public sealed record HostStatus(int ProcessId, string DataFolder, DateTimeOffset StartedAt, IReadOnlyList<ComponentStatus> Components);

/// <summary>What came of a swap, as it is told to an operator. Immutable.</summary>
public sealed record SwapAnswer
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
    public string? From { get; init; }

    /// <summary>The version that was asked for.</summary>
    public required string To { get; init; }

    /// <summary>The identifier under which the host's history has it; null when it has none, as of most refusals.</summary>
    public string? Id { get; init; }

    /// <summary>The steps that were taken, in their order.</summary>
    public IReadOnlyList<StepTiming> Steps { get; init; } = [];

    /// <summary>The longest time for which callers were held back in one go (<see cref="SwapResult.CriticalSection"/>).</summary>
    public TimeSpan CriticalSection { get; init; }

    /// <summary>How much state was exported to be handed over, in bytes.</summary>
    public long StateBytes { get; init; }

    /// <summary>What an operator should know of the state's way (<see cref="SwapResult.Notes"/>).</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was lost of the state and why, in words; null when nothing was.</summary>
    public string? LostState { get; init; }

    /// <summary>The trial's verdict; null when it did not come to one.</summary>
    public VerdictKind? Verdict { get; init; }

    /// <summary>The rule that decided, and what it saw; null without a verdict.</summary>
    public string? VerdictDetail { get; init; }

    /// <summary>What the verdict looked at; null without one.</summary>
    public TrialObservation? Evidence { get; init; }
}
