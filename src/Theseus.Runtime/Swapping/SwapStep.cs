namespace Theseus.Runtime;

/// <summary>
/// The steps of a swap, in their order. Nothing before <see cref="Publish"/> changes what callers are answered; one thing
/// may make them wait: <see cref="PlanState"/> may export the state under a short hold.
/// </summary>
public enum SwapStep
{
    /// <summary>Finding the release and checking every byte of it. A swap is on record from its end on.</summary>
    Validate,

    /// <summary>Loading its code beside the old and constructing the component.</summary>
    Load,

    /// <summary>Starting it.</summary>
    Start,

    /// <summary>Asking it whether it is fit to be called.</summary>
    HealthCheck,

    /// <summary>Calling it with declared and recent inputs.</summary>
    WarmUp,

    /// <summary>
    /// Finding the way for its state. Migrations that say they can be undone are tried there and back on the present state,
    /// away from the calls; where it is transferred, not caught up, callers are held back while it is exported for that.
    /// <see cref="StateOptions.TryWayBack"/> switches the trial off.
    /// </summary>
    PlanState,

    /// <summary>The point of no return: handing the state over, if there is any, and publishing one routing snapshot.</summary>
    Publish,

    /// <summary>Watching it under real calls.</summary>
    Observe,

    /// <summary>Remembering it, on disk, as the release to serve from now on.</summary>
    Confirm,

    /// <summary>Loading it again at full speed, after a trial in unloadable form, and handing state that moves over once more.</summary>
    Promote,

    /// <summary>Going back to the release that served before, with the state of now where that can be had.</summary>
    Revert,

    /// <summary>Waiting until the old generation's last call has ended.</summary>
    Drain,

    /// <summary>Stopping the old generation.</summary>
    Stop,

    /// <summary>Unloading the old generation and verifying that it is gone.</summary>
    Unload,
}

/// <summary>One event of a swap that is going on.</summary>
/// <param name="Component">The component.</param>
/// <param name="Step">The step.</param>
/// <param name="IsEnd">False when the step begins, true when it has ended, well or not.</param>
public readonly record struct SwapProgress(string Component, SwapStep Step, bool IsEnd);

/// <summary>How long a step took.</summary>
/// <param name="Step">The step.</param>
/// <param name="Duration">Its duration.</param>
public sealed record StepTiming(SwapStep Step, TimeSpan Duration);
