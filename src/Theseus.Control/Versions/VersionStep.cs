using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>Why one release may not follow another directly. Immutable.</summary>
/// <param name="Rule">The rule that says so.</param>
/// <param name="Message">What does not fit, in words.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record Incompatibility(StepRule Rule, string Message, string Mend);

/// <summary>The rules of a step from one release to another.</summary>
public enum StepRule
{
    /// <summary>The releases implement the contract that hosts call.</summary>
    ContractType,

    /// <summary>The versions of the contract that hosts have are in the release's range, and not older than what it was built against.</summary>
    ContractRange,

    /// <summary>The way up is declared safe.</summary>
    UpgradesFrom,

    /// <summary>State is not lost.</summary>
    StateKept,

    /// <summary>State can be handed over: kinds and shared types fit.</summary>
    StateKind,

    /// <summary>A chain of migrations leads from schema to schema.</summary>
    StateMigration,
}

/// <summary>The judgement of one step from release to release. Immutable.</summary>
/// <param name="From">The version that serves before it; null for a first deployment.</param>
/// <param name="To">The version that serves after it.</param>
/// <param name="Incompatibilities">Everything that speaks against it; empty if it is allowed.</param>
/// <param name="WayBack">What speaks against taking it back with the state as it is by then; empty if it can be taken back.</param>
public sealed record VersionStep(NuGetVersion? From, NuGetVersion To, IReadOnlyList<Incompatibility> Incompatibilities, IReadOnlyList<Incompatibility> WayBack)
{
    /// <summary>Whether the step is declared safe.</summary>
    public bool IsAllowed => Incompatibilities.Count == 0;

    /// <summary>Whether it can be taken back after calls have changed the state.</summary>
    public bool IsReversible => WayBack.Count == 0;

    /// <summary>The chain of schemas that the state goes along, from the old one to the new one; empty where none is migrated.</summary>
    public IReadOnlyList<int> Schemas { get; init; } = [];

    /// <summary>How the state is handed over; <see cref="Packaging.StateKind.None"/> also where it is refused.</summary>
    public StateKind Handover { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{From?.ToNormalizedString() ?? "nothing"} -> {To.ToNormalizedString()}: "
        + (IsAllowed ? "allowed" : string.Join(" ", Incompatibilities.Select(one => $"{one.Rule}: {one.Message}")));
}
