namespace Theseus.Runtime.State;

/// <summary>Ends a hand-over from within; becomes its result at the boundary and never leaves it.</summary>
internal sealed class HandoverFault(HandoverReason reason, string detail) : Exception(detail)
{
    public HandoverReason Reason => reason;
}
