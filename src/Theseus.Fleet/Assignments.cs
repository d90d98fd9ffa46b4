namespace Theseus.Fleet;

/// <summary>
/// One attempt at a distributed task, at one node. It may come twice, or late: a node carries out one attempt once, and
/// answers again with what came of it. Immutable.
/// </summary>
public sealed record Assignment
{
    /// <summary>The task's id.</summary>
    public required string Task { get; init; }

    /// <summary>Which attempt at the task it is, from 1: an answer to an earlier one no longer counts.</summary>
    public required int Attempt { get; init; }

    /// <summary>What to do: the name under which the node has a handler.</summary>
    public required string Kind { get; init; }

    /// <summary>What the handler is given, in its own form; at most <see cref="LargestPayload"/> characters.</summary>
    public string Payload { get; init; } = "";

    /// <summary>Higher ones begin first on the node. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>How long the attempt may take from when it begins on the node, by the node's clock.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>The longest that <see cref="Payload"/> may be, in characters.</summary>
    public const int LargestPayload = 64 << 10;
}

/// <summary>Names one attempt at a task.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
public readonly record struct AttemptId(string Task, int Attempt);

/// <summary>What a node is told of distributed tasks at once. Immutable.</summary>
public sealed record AssignmentBatch
{
    /// <summary>The node.</summary>
    public required string Node { get; init; }

    /// <summary>What it is to do; at most <see cref="Most"/>.</summary>
    public IReadOnlyList<Assignment> Assigned { get; init; } = [];

    /// <summary>The attempts that it is to give up; at most <see cref="Most"/>.</summary>
    public IReadOnlyList<AttemptId> Cancelled { get; init; } = [];

    /// <summary>How many of each there may be in one message.</summary>
    public const int Most = 200;
}

/// <summary>How one attempt at a distributed task ended.</summary>
public enum AssignmentOutcome
{
    /// <summary>The handler did it.</summary>
    Done,

    /// <summary>The handler failed, or was not over by the deadline; another attempt may go better.</summary>
    Failed,

    /// <summary>The node cannot do it at all, as with a kind that it has no handler for; another node may.</summary>
    Refused,

    /// <summary>It was given up, because it was cancelled or the node is stopping.</summary>
    GivenUp,
}

/// <summary>What came of one attempt. Immutable.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Result">What the handler returned, in its own form; at most <see cref="Assignment.LargestPayload"/> characters. Empty for nothing.</param>
/// <param name="Detail">Why it was not done, in words; empty for nothing to say.</param>
public sealed record AssignmentAnswer(AttemptId Attempt, AssignmentOutcome Outcome, string Result = "", string Detail = "");

/// <summary>What a node has to say of its assignments at once. Immutable.</summary>
public sealed record AssignmentAnswers
{
    /// <summary>The node.</summary>
    public required string Node { get; init; }

    /// <summary>The node's process.</summary>
    public required string Incarnation { get; init; }

    /// <summary>The answers; at most <see cref="AssignmentBatch.Most"/>.</summary>
    public required IReadOnlyList<AssignmentAnswer> Answers { get; init; }
}
