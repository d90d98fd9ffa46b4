namespace Theseus.Control.Upgrades;

/// <summary>Why an order to an upgrade was refused. The names are part of the API.</summary>
public enum UpgradeRefusal
{
    /// <summary>There is no upgrade of that id.</summary>
    Unknown,

    /// <summary>Where the upgrade stands, the order makes no sense.</summary>
    WrongState,

    /// <summary>Another upgrade of one of the components has not ended.</summary>
    Busy,

    /// <summary>The line is stopped.</summary>
    LineStopped,

    /// <summary>The plan is not the one that was approved.</summary>
    PlanChanged,

    /// <summary>Who asked for an upgrade cannot approve it.</summary>
    OwnRequest,

    /// <summary>The request's key was given to another request before.</summary>
    KeyReused,

    /// <summary>There is nothing to go back to, or nothing leads there any more.</summary>
    NoWayBack,

    /// <summary>The request is not one that could be carried out.</summary>
    Invalid,

    /// <summary>There is no component of that name.</summary>
    UnknownComponent,

    /// <summary>The feeds have no such release of the component.</summary>
    UnknownRelease,

    /// <summary>The release was found, and its package is not accepted.</summary>
    ReleaseRefused,

    /// <summary>It was looked at, and is not possible: the nodes, a policy or the release itself stand against it.</summary>
    NotPossible,
}

/// <summary>An order to an upgrade was refused; nothing changed. The message says what to do.</summary>
public sealed class UpgradeRefusedException(UpgradeRefusal refusal, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public UpgradeRefusal Refusal { get; } = refusal;

    /// <summary>Each thing that is wrong, by itself; the message has them all.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [message];
}
