namespace Theseus.Fleet;

/// <summary>How a node task ended.</summary>
public enum NodeTaskOutcome
{
    /// <summary>The state that was asked for is reached.</summary>
    Done,

    /// <summary>It could not be reached; the detail says why. What served before serves.</summary>
    Failed,
}

/// <summary>What came of one node task. Immutable.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">The reason's name, as in a swap's result; empty for <see cref="NodeTaskOutcome.Done"/>.</param>
/// <param name="Detail">The reason in words; empty for nothing to say.</param>
public sealed record NodeTaskResult(string Task, NodeTaskOutcome Outcome, string Reason, string Detail);
