namespace Theseus.Calls.Litmus;

/// <summary>How the litmus's threads meet.</summary>
/// <param name="Callers">How many threads call.</param>
/// <param name="IsCrowded">Whether callers give up their processor between calls, and leave one call in sixteen for another thread to finish.</param>
/// <param name="Deadline">How long a drain may take before it counts as stuck.</param>
internal sealed record LitmusPace(int Callers, bool IsCrowded, TimeSpan Deadline)
{
    /// <summary>More threads than there may be processors: calls are suspended at any point, and end elsewhere.</summary>
    public static LitmusPace Crowded { get; } = new(Callers: 3, IsCrowded: true, TimeSpan.FromSeconds(60));

    /// <summary>One caller and the swapper, each on a processor of its own where there are two: what one does within nanoseconds meets what the other does.</summary>
    public static LitmusPace Tight { get; } = new(Callers: 1, IsCrowded: false, TimeSpan.FromSeconds(60));
}
