namespace Theseus.Control.Analysis;

/// <summary>Calls of one method on one side, in one stretch of time. Immutable.</summary>
/// <param name="Failures">How many failed.</param>
/// <param name="Answered">How long the others took: counts by latency bucket, each bucket once.</param>
internal sealed record SideCalls(long Failures, IReadOnlyList<(int Bucket, long Count)> Answered);
