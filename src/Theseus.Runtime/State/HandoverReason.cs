namespace Theseus.Runtime;

/// <summary>Why a hand-over of state did not succeed, and with it the swap. The old generation serves on, with its state as it was.</summary>
public enum HandoverReason
{
    /// <summary>It succeeded.</summary>
    None,

    /// <summary>Calls that were inside did not end within the deadline, in none of the attempts.</summary>
    QuiesceTimedOut,

    /// <summary>The old release threw while it exported its state or its changes.</summary>
    ExportFailed,

    /// <summary>A migration threw.</summary>
    MigrationFailed,

    /// <summary>The new release threw while it imported the state or applied changes.</summary>
    ImportFailed,

    /// <summary>An exported state was longer than <see cref="StateOptions.SizeLimit"/>.</summary>
    TooLarge,

    /// <summary>Callers would have been held back for longer than <see cref="StateOptions.MaximumHold"/>.</summary>
    CriticalSectionTooLong,

    /// <summary>The work beside the calls took longer than <see cref="StateOptions.PreparationTimeout"/>.</summary>
    PreparationTimedOut,

    /// <summary>The new routing could not be published.</summary>
    PublishFailed,

    /// <summary>It was cancelled before the point of no return.</summary>
    Cancelled,
}

/// <summary>Why a hand-over of state is refused before it begins.</summary>
public enum HandoverRefusal
{
    /// <summary>It is not refused.</summary>
    None,

    /// <summary>The new release keeps no state, so the old one's would be lost.</summary>
    StateWouldBeLost,

    /// <summary>One release shares its state object, the other exports its state as bytes.</summary>
    KindsDiffer,

    /// <summary>The two releases share state objects of different types.</summary>
    SharedTypesDiffer,

    /// <summary>No chain of migrations leads from the old schema to the new one.</summary>
    NoMigrationChain,

    /// <summary>A declared migration cannot be constructed, or is not what its declaration says.</summary>
    MigrationUnavailable,

    /// <summary>A component does not implement the interface that its manifest's kind of state needs.</summary>
    StateNotImplemented,

    /// <summary>Migrating the present state and undoing that did not give back the same bytes.</summary>
    RoundTripDiffers,

    /// <summary>The migrations could not be tried: something threw, or a deadline passed.</summary>
    TrialFailed,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}
