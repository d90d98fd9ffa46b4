using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>
/// One call on the routed way: it holds a lease on the generation that was chosen for it, and tells how the call went.
/// Used by one call, from <see cref="Theseus.Calls.Slot.Begin"/> to <see cref="End"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class RoutedCall
{
    /// <summary>The implementation that the call's lease holds.</summary>
    public abstract object Instance { get; }

    /// <summary>Whether <see cref="Copy"/> has to be called after a success.</summary>
    public abstract bool WantsCopy { get; }

    /// <summary>Says that the call was answered.</summary>
    public abstract void Succeed();

    /// <summary>
    /// Whether a failure is kept from the caller: the method is idempotent, the generation is on trial, and there is a
    /// stable one. Where the answer is yes, the stable one is held for the call already, and <see cref="Shield"/> has to
    /// follow. It neither throws nor waits, so that it can stand in an exception filter.
    /// </summary>
    /// <param name="failure">What the generation threw.</param>
    public abstract bool CanShield(Exception failure);

    /// <summary>Counts the failure against the generation on trial and moves the lease to the stable one, which is to be called next.</summary>
    /// <param name="failure">What the generation threw.</param>
    public abstract void Shield(Exception failure);

    /// <summary>Says that the call failed, and that the caller is told.</summary>
    /// <param name="failure">What was thrown.</param>
    public abstract void Fail(Exception failure);

    /// <summary>
    /// Hands over what is needed to make the same call again, for shadowing and for warm-up with recent calls. Runs
    /// later, on another thread, on another generation.
    /// </summary>
    /// <param name="replay">Makes the call on the instance it is given.</param>
    /// <param name="answer">What the caller was answered.</param>
    public abstract void Copy(Func<object, CancellationToken, ValueTask<object?>> replay, object? answer);

    /// <summary>Gives the lease back.</summary>
    public abstract void End();
}
