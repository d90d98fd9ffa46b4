namespace Theseus.Runtime;

/// <summary>Where a generation stands.</summary>
public enum GenerationState
{
    /// <summary>Being loaded, started, checked or warmed up. Gets no calls.</summary>
    Preparing,

    /// <summary>Ready, and gets no calls yet.</summary>
    Staged,

    /// <summary>Gets calls, on trial.</summary>
    OnTrial,

    /// <summary>Serves.</summary>
    Serving,

    /// <summary>Gets no new calls; waits for the last one to end.</summary>
    Draining,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>Unloaded; being waited for until it is gone.</summary>
    Unloading,

    /// <summary>Gone: nothing of it is in memory, or, when it was resident, only its code.</summary>
    Gone,

    /// <summary>Has not gone by its deadlines. Its retirement record names what is known of the cause.</summary>
    Lingering,
}

/// <summary>One generation, as seen at one moment. Immutable.</summary>
/// <param name="Number">Its number in its slot, from 1.</param>
/// <param name="Component">The component.</param>
/// <param name="Version">The release's version.</param>
/// <param name="State">Where it stands.</param>
/// <param name="IsCollectible">Whether its code can be unloaded.</param>
/// <param name="LoadedAt">When it was loaded.</param>
/// <param name="CallsInFlight">The calls inside it; 0 when it is gone.</param>
/// <param name="Retirement">How its retirement went so far; null while it has not begun.</param>
public sealed record GenerationInfo(
    int Number, string Component, string Version, GenerationState State, bool IsCollectible, DateTimeOffset LoadedAt, long CallsInFlight, RetirementRecord? Retirement);

/// <summary>Calls that are still inside a generation.</summary>
/// <param name="Method">The contract method.</param>
/// <param name="Calls">How many.</param>
/// <param name="MinimumAge">How long they have been inside at the least: since the generation got no new calls.</param>
public sealed record CallsInFlight(string Method, long Calls, TimeSpan MinimumAge)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Calls} {(Calls == 1 ? "call" : "calls")} of {Method}, in flight for at least {MinimumAge.TotalSeconds:0.0} s";
}

/// <summary>How a generation was retired: drained, stopped, unloaded, verified. Immutable.</summary>
public sealed record RetirementRecord
{
    /// <summary>The generation's number in its slot.</summary>
    public required int Generation { get; init; }

    /// <summary>The release's version.</summary>
    public required string Version { get; init; }

    /// <summary>Whether nothing of it is left; of a resident one, nothing but its code.</summary>
    public required bool IsGone { get; init; }

    /// <summary>How long the last call took to end; null while calls are still inside.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>The calls that were still inside when the deadline for draining passed.</summary>
    public IReadOnlyList<CallsInFlight> InFlight { get; init; } = [];

    /// <summary>How long stopping took; null while it has not been stopped.</summary>
    public TimeSpan? Stop { get; init; }

    /// <summary>What went wrong while stopping, in words.</summary>
    public IReadOnlyList<string> StopProblems { get; init; } = [];

    /// <summary>How unloading went; null while it has not been tried.</summary>
    public UnloadReport? Unload { get; init; }

    /// <summary>Why it has not gone, or how it went, in one sentence.</summary>
    public required string Summary { get; init; }
}
