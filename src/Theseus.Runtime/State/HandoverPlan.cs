using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>
/// How state will go from one generation to the other, or why it cannot. Holds migrations, and with them the code of
/// both releases: let it go with the swap.
/// </summary>
internal sealed record HandoverPlan
{
    /// <summary>The way of handing over.</summary>
    public StateKind Kind { get; init; }

    /// <summary>The chain of migrations from the old schema to the new one; empty when they are the same.</summary>
    public IReadOnlyList<MigrationStep> Steps { get; init; } = [];

    /// <summary>Whether the state can be brought back after calls have changed it.</summary>
    public bool IsReversible { get; init; } = true;

    /// <summary>Whether the migrations were tried both ways on the present state.</summary>
    public bool WasTried { get; init; }

    /// <summary>What an operator should know: a kind that was not available, a way back that is missing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The state that is given up once the new release is confirmed, in words; null when none is.</summary>
    public string? Dropped { get; init; }

    public HandoverRefusal Refusal { get; init; }

    /// <summary>Why it is refused, in words; empty when it is not.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public bool IsRefused => Refusal is not HandoverRefusal.None;

    /// <summary>The longest time for which the trial held callers back.</summary>
    public TimeSpan TrialHold { get; init; }

    public static HandoverPlan Refused(HandoverRefusal refusal, params IReadOnlyList<string> problems) =>
        new() { Refusal = refusal, Problems = problems, IsReversible = false };
}
