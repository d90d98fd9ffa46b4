namespace Theseus.Runtime.State;

/// <summary>How a hand-over ended. Holds nothing of any component's code: no instance, no exception.</summary>
internal sealed record HandoverResult
{
    /// <summary>Whether the new routing was published.</summary>
    public bool Succeeded => Reason is HandoverReason.None;

    public HandoverReason Reason { get; init; }

    /// <summary>The reason in words for an operator; empty when it succeeded.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The longest time for which callers were held back in one go; zero when they were not.</summary>
    public TimeSpan CriticalSection { get; init; }

    /// <summary>How many attempts it took until nobody was inside; 0 when callers were not held back.</summary>
    public int Attempts { get; init; }

    /// <summary>The bytes that were exported, changes included.</summary>
    public long StateBytes { get; init; }

    /// <summary>The rounds of changes, the last one under the hold included.</summary>
    public int Rounds { get; init; }

    /// <summary>The old generation's state as it was handed over; null when nothing was exported, or when it failed.</summary>
    public StateSnapshot? Snapshot { get; init; }

    /// <summary>After a way back that could not bring the state with it: what was lost and why, in words. Otherwise null.</summary>
    public string? LostState { get; init; }

    /// <summary>Calls into components that did not return and were given up: each may still run, and pins its generation.</summary>
    public IReadOnlyList<string> Abandoned { get; init; } = [];
}
