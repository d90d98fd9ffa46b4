namespace Theseus.Runtime.Swapping;

/// <summary>Ends a swap from inside one of its steps; turned into a result at its boundary. Never leaves this folder.</summary>
internal sealed class SwapFailedException(SwapReason reason, string detail) : Exception(detail)
{
    public SwapReason Reason { get; } = reason;
}
