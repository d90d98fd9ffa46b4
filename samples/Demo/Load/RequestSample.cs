namespace Theseus.Demo.Load;

/// <summary>One request of the load.</summary>
/// <param name="IntendedAt">When it was to be sent, as a timestamp of the clock.</param>
/// <param name="Latency">From then until its answer was read, whenever it was really sent: what a user who came at that moment waited.</param>
/// <param name="Fault">What was wrong with the answer; null when it was right.</param>
internal readonly record struct RequestSample(long IntendedAt, TimeSpan Latency, string? Fault);
