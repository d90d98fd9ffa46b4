namespace Theseus.Control.Distribution;

/// <summary>A node, as far as tasks are concerned. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Whether it can be counted on.</param>
/// <param name="IsDraining">Whether nothing new is begun on it.</param>
/// <param name="Assigned">How many tasks it has.</param>
/// <param name="Slots">How many it may have at once.</param>
public sealed record NodeLoad(string Name, NodeState State, bool IsDraining, int Assigned, int Slots);

/// <summary>What upgrades had nodes do, of one kind, since this control plane started. Immutable.</summary>
/// <param name="Kind">The kind, like <c>Prepare</c>.</param>
/// <param name="Sent">How many node tasks were sent; told again they count once.</param>
/// <param name="Done">How many of these a node reported done.</param>
/// <param name="Failed">How many of these a node reported failed.</param>
public sealed record NodeTaskCount(string Kind, long Sent, long Done, long Failed);

/// <summary>How many tasks there were, where they stand, and who has them. Immutable.</summary>
public sealed record TaskStatistics
{
    /// <summary>All distributed tasks that were ever asked for.</summary>
    public required long Total { get; init; }

    /// <summary>How many stand in each state, all states named; those that were removed after their end among them.</summary>
    public required IReadOnlyDictionary<TaskState, long> ByState { get; init; }

    /// <summary>The same by kind.</summary>
    public required IReadOnlyList<TaskCount> ByKind { get; init; }

    /// <summary>The nodes, by name.</summary>
    public required IReadOnlyList<NodeLoad> Nodes { get; init; }

    /// <summary>What upgrades had nodes do.</summary>
    public required IReadOnlyList<NodeTaskCount> NodeTasks { get; init; }
}
