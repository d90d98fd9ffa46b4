namespace Theseus.JudgeBench.Sampling;

/// <summary>One call as a detector gets to see it.</summary>
/// <param name="IsCandidate">Which side took it: by the toss of a coin.</param>
/// <param name="Nanoseconds">How long it took.</param>
/// <param name="IsFailure">Whether it failed.</param>
internal readonly record struct Call(bool IsCandidate, double Nanoseconds, bool IsFailure);
