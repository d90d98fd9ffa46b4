namespace Theseus.Runtime.State;

/// <summary>Holds the callers of a slot back. Used by one hand-over at a time.</summary>
internal interface IQuiesce
{
    /// <summary>Holds new callers back and waits until none is inside.</summary>
    /// <param name="drainDeadline">How long to wait for those inside.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>
    /// True: nobody is inside and nobody gets in until <see cref="LetGo"/>. False: those inside did not leave in time,
    /// and callers were let go again already. When it throws, callers were let go as well.
    /// </returns>
    Task<bool> HoldAsync(TimeSpan drainDeadline, CancellationToken cancellationToken);

    /// <summary>Lets callers go, to whatever is published by then. Called exactly once after each hold that returned true.</summary>
    void LetGo();
}
