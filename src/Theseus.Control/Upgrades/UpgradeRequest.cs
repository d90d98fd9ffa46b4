using System.Text.Json.Serialization;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>One component's way in an upgrade.</summary>
/// <param name="Component">The component.</param>
/// <param name="Version">The version that it is to have.</param>
public sealed record UpgradeTarget(string Component, string Version)
{
    /// <summary>The digest that the release has to have, in lower-case hexadecimal; null, the default, for whichever the feeds have.</summary>
    public string? Digest { get; init; }

    /// <summary>
    /// The settings that the release is to be run with, over those of each host's own configuration; null, the default, for
    /// those that the component is run with now. They go back with the release. Not for secrets.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }
}

/// <summary>Asks for an upgrade. Immutable.</summary>
public sealed record UpgradeRequest
{
    /// <summary>The components and the versions that they are to have: one, or several that belong together.</summary>
    public required IReadOnlyList<UpgradeTarget> Targets { get; init; }

    /// <summary>The strategy and what shapes it.</summary>
    public required StrategyParameters Parameters { get; init; }

    /// <summary>The names of the nodes; empty for all that have the components.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>What is done when a wave fails. Default: go back.</summary>
    public FailureAction OnFailure { get; init; } = FailureAction.RollBack;

    /// <summary>Whether someone has to approve the plan before it runs. Where nobody does within 7 days, the upgrade fails.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Who asks.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why; empty for not told.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The upgrade that this one takes back, after its end; null, the default, for none. Such a request is not held up by a stopped line.</summary>
    public string? RollsBack { get; init; }

    /// <summary>
    /// The components that begin with the state that nodes kept before the upgrade that is taken back, rather than with that
    /// of now, which is lost then. Default: none.
    /// </summary>
    public IReadOnlyList<string> Restoring { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Names the request, for whoever may have to ask twice: the same key from the same asker gives the upgrade that the
    /// first one began. Null, the default, for a request that is always a new one. At most 200 characters.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Whether a person or another program asked for it, rather than the system itself.</summary>
    public bool IsManual { get; init; } = true;
}

/// <summary>One component's move, with both releases named beyond doubt.</summary>
/// <param name="Component">The component.</param>
/// <param name="From">The release that serves.</param>
/// <param name="To">The release that it is to have.</param>
public sealed record UpgradeMove(string Component, ReleaseId From, ReleaseId To)
{
    /// <summary>The upgrade before which nodes kept the state that the release is to begin with; null, the default, for the state of now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Restores { get; init; }
}
