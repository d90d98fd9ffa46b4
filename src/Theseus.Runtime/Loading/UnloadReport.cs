namespace Theseus.Runtime;

/// <summary>Whether an old generation has gone, and if not, what keeps it.</summary>
/// <param name="IsGone">Whether nothing of it is left but, of a resident generation, its code.</param>
/// <param name="Elapsed">How long was waited.</param>
/// <param name="Pins">What keeps it, as far as it is known, and never nothing; or, if it is gone, what had to be freed for it.</param>
public sealed record UnloadReport(bool IsGone, TimeSpan Elapsed, IReadOnlyList<PinFinding> Pins)
{
    /// <summary>Whether the code stays in memory until the process ends, by design: so it is with a resident generation, whose instance is what goes.</summary>
    public bool CodeStays { get; init; }
}

/// <summary>One thing that keeps an old generation alive, or did.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Description">Which one, in words for an operator.</param>
/// <param name="IsFreed">Whether the host has freed it.</param>
public sealed record PinFinding(PinKind Kind, string Description, bool IsFreed = false);

/// <summary>The kinds of things that keep an old generation alive.</summary>
public enum PinKind
{
    /// <summary>Something holds it, of none of the kinds below.</summary>
    Unknown,

    /// <summary>A call that has not ended.</summary>
    InFlightCall,

    /// <summary>A thread that runs its code.</summary>
    RunningThread,

    /// <summary>A timer that was not stopped.</summary>
    Timer,

    /// <summary>A task or an asynchronous method that has not ended.</summary>
    BackgroundTask,

    /// <summary>A handler of an event that lives as long as the process.</summary>
    StaticEvent,

    /// <summary>A registration on a cancellation token or a change token of the host.</summary>
    CancellationRegistration,

    /// <summary>A <see cref="System.Runtime.InteropServices.GCHandle"/> that was not freed, or code that native code may call.</summary>
    GcHandle,

    /// <summary>A cache of the base class library or of the host.</summary>
    Cache,

    /// <summary>A container of the host that has resolved its types.</summary>
    Container,

    /// <summary>A meter, activity source or diagnostic listener that was not disposed.</summary>
    Diagnostics,

    /// <summary>An <see cref="AsyncLocal{T}"/> value that flows on in a caller.</summary>
    AsyncLocal,

    /// <summary>A static field outside of it.</summary>
    StaticField,

    /// <summary>An object of the host's refers to it: its types as keys of a dictionary, for instance.</summary>
    HeldByHost,

    /// <summary>An exception that was thrown in it and is kept.</summary>
    Exception,
}
