using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Server;

/// <summary>Asks for an upgrade, or for its plan. Who asks is the token's name.</summary>
public sealed record UpgradeBody
{
    /// <summary>The components and the versions that they are to have; 1 to 100.</summary>
    public required IReadOnlyList<UpgradeTarget> Targets { get; init; }

    /// <summary>The strategy.</summary>
    public required UpgradeStrategy Strategy { get; init; }

    /// <summary>What shapes it, by name; each value a text like <c>30s</c> or <c>25%</c>, a number, true or false, or a list of numbers. What is left out is as by default.</summary>
    public IReadOnlyDictionary<string, object>? Parameters { get; init; }

    /// <summary>The names of the nodes; left out or empty for all that have the components.</summary>
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>What is done when a wave fails; by default to go back.</summary>
    public FailureAction? OnFailure { get; init; }

    /// <summary>Whether someone else has to approve the plan before it runs; by default not.</summary>
    public bool? NeedsApproval { get; init; }

    /// <summary>Why, for the record; at most 2,000 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Goes with the order to take an upgrade back.</summary>
public sealed record RollbackBody
{
    /// <summary>Why, for the record; at most 2,000 characters. May be left out.</summary>
    public string? Why { get; init; }

    /// <summary>Which state components go back with: <c>OfNow</c>, the default, or <c>FromBefore</c>.</summary>
    public ReturningState? State { get; init; }
}

/// <summary>Declares a node.</summary>
public sealed record NodeBody
{
    /// <summary>Its name, unique in its fleet; 1 to 512 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Where it will stand; left out for not told.</summary>
    public string? FailureDomain { get; init; }

    /// <summary>What it will be; left out for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Why, for the record; at most 2,000 characters. May be left out.</summary>
    public string? Why { get; init; }
}

/// <summary>Goes with an order.</summary>
public sealed record OrderBody
{
    /// <summary>Why, for the record; at most 2,000 characters. Needed to stop the line; may be left out otherwise.</summary>
    public string? Why { get; init; }
}

/// <summary>Approves a plan.</summary>
public sealed record ApprovalBody
{
    /// <summary>The digest of the plan that was looked at.</summary>
    public required string Digest { get; init; }

    /// <summary>Why, for the record; at most 2,000 characters.</summary>
    public string? Why { get; init; }
}

/// <summary>Orders an emergency rollback.</summary>
public sealed record EmergencyBody
{
    /// <summary>The components. Either these are given, or <see cref="All"/> is true.</summary>
    public IReadOnlyList<string>? Components { get; init; }

    /// <summary>Whether all components are meant that there is a rollback point or a running upgrade of.</summary>
    public bool? All { get; init; }

    /// <summary>Why, for the record; 1 to 2,000 characters.</summary>
    public required string Why { get; init; }
}

/// <summary>Changes what is settled for a component. What is left out stays as it is.</summary>
public sealed record ComponentBody
{
    /// <summary>How much depends on it.</summary>
    public Criticality? Criticality { get; init; }

    /// <summary>Labels to set, and by null to remove; others stay.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    /// <summary>Whether it may be replaced while its hosts run.</summary>
    public bool? IsHotSwappable { get; init; }

    /// <summary>The versions that it is held to, like <c>[1.0.0,2.0.0)</c>; null to hold it to none any longer.</summary>
    public string? Pinned { get; init; }

    /// <summary>Ranges of versions that must not run from now on, like <c>[1.5.0]</c>; at most 100.</summary>
    public IReadOnlyList<string>? Block { get; init; }

    /// <summary>Ranges that were blocked, and are not any longer; at most 100.</summary>
    public IReadOnlyList<string>? Unblock { get; init; }

    /// <summary>Why, for the record; at most 2,000 characters.</summary>
    public string? Why { get; init; }
}

/// <summary>Asks for a token.</summary>
public sealed record TokenBody
{
    /// <summary>Whose it is: what is done with it is put on record under this name. 1 to 100 characters, the system's own name not among them.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>When it ends by itself, as ISO 8601 with its offset; left out for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
