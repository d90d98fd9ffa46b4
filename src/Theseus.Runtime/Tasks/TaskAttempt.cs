namespace Theseus.Runtime;

/// <summary>One attempt at a distributed task. Immutable.</summary>
public sealed record TaskAttempt
{
    /// <summary>The task's id: the same for all its attempts.</summary>
    public required string Task { get; init; }

    /// <summary>Which attempt it is, from 1: higher than that of every attempt before.</summary>
    public required int Attempt { get; init; }

    /// <summary>The task's kind.</summary>
    public required string Kind { get; init; }

    /// <summary>What the handler is given, in its own form.</summary>
    public required string Payload { get; init; }

    /// <summary>How long it may take, from now on.</summary>
    public required TimeSpan Deadline { get; init; }
}
