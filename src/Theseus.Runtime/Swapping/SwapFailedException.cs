using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>Ends a swap from inside one of its steps; turned into a result at its boundary. Never leaves this folder.</summary>
internal sealed class SwapFailedException(SwapReason reason, string detail) : Exception(detail)
{
    public SwapReason Reason { get; } = reason;

    /// <summary>What any failure before the point of no return comes to.</summary>
    public static (SwapReason Reason, string Detail) Explain(Exception failure) => failure switch
    {
        SwapFailedException known => (known.Reason, known.Message),
        OperationCanceledException => (SwapReason.TakenBack, "It was cancelled before its point of no return."),
        IOException or UnauthorizedAccessException or HostMemoryException => (SwapReason.MemoryFailed, $"The host's memory on disk cannot be written: {failure.Message}"),
        _ => (SwapReason.InternalError, $"An error inside the host: {SlotCall.Describe(failure)}"),
    };
}
