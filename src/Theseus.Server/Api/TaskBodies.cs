using Theseus.Control.Distribution;

namespace Theseus.Server;

/// <summary>Asks for a task to be done. Who asks is the token's name.</summary>
public sealed record TaskBody
{
    /// <summary>What to do: the name under which nodes have a handler. 1 to 100 of letters, digits and <c>. _ - / :</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What the handler is given, in its own form; at most 65,536 characters.</summary>
    public string? Payload { get; init; }

    /// <summary>The names of the nodes that may do it; left out or empty for any.</summary>
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>The labels that a node has to have to do it.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The name of the tasks that are to be spread over failure domains together with it.</summary>
    public string? SpreadGroup { get; init; }

    /// <summary>What becomes of it when all of its nodes are gone: <c>Wait</c>, the default, or <c>End</c>.</summary>
    public WhenNodesAreGone? WhenGone { get; init; }

    /// <summary>Higher ones are begun first, from -1000 to 1000; 0 if left out.</summary>
    public int? Priority { get; init; }

    /// <summary>How long one attempt may take, in seconds, up to a day; 60 if left out.</summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>After how many seconds it is not begun any more, up to 30 days; 3600 if left out.</summary>
    public double? ExpiresAfterSeconds { get; init; }

    /// <summary>How many attempts may fail, from 1 to 100; 5 if left out.</summary>
    public int? MostAttempts { get; init; }

    /// <summary>The bound of the random wait after the first failure, in seconds, which doubles with each; 1 if left out.</summary>
    public double? BackoffFirstSeconds { get; init; }

    /// <summary>The highest bound, in seconds; 60 if left out.</summary>
    public double? BackoffLongestSeconds { get; init; }
}

/// <summary>Asks for several tasks to be done.</summary>
public sealed record TaskBatchBody
{
    /// <summary>The tasks: 1 to as many as the body has room for.</summary>
    public required IReadOnlyList<TaskBody> Tasks { get; init; }
}
