using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>Whether a node can be counted on.</summary>
public enum NodeState
{
    /// <summary>It reports as it should.</summary>
    Alive,

    /// <summary>Reports are missing; nothing is decided by that yet.</summary>
    Suspect,

    /// <summary>It has not reported for so long that it is taken for gone. Heard of again, it is alive again.</summary>
    Lost,

    /// <summary>It said that it ends.</summary>
    Left,
}

/// <summary>One node as the control plane sees it. Immutable.</summary>
public sealed record NodeStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it can be counted on.</summary>
    public required NodeState State { get; init; }

    /// <summary>Whether an operator wants it to be left alone: nothing new is begun on it.</summary>
    public bool IsDraining { get; init; }

    /// <summary>When it was heard of last, by the control plane's clock.</summary>
    public required DateTimeOffset HeardAt { get; init; }

    /// <summary>When a process first had its name; null while none has: it was declared, and is awaited.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>Counts the processes that had its name; 0 before the first.</summary>
    public long Claim { get; init; }

    /// <summary>The process that has its name; empty before the first.</summary>
    public string Incarnation { get; init; } = "";

    /// <summary>Where it stands; empty for not told.</summary>
    public string FailureDomain { get; init; } = "";

    /// <summary>What it is.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Its newest report; null when a control plane that started since has not heard of it.</summary>
    public NodeReport? Report { get; init; }

    /// <summary>Whether something new may be begun on it.</summary>
    public bool IsOpen => State == NodeState.Alive && !IsDraining;
}

/// <summary>The nodes of the fleet. Thread-safe.</summary>
public interface INodeDirectory
{
    /// <summary>All nodes that have joined and were not removed, by name.</summary>
    IReadOnlyList<NodeStatus> Nodes { get; }

    /// <summary>A node; null when there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    NodeStatus? Find(string name);

    /// <summary>Told of a node's state, process or draining that changed, after it did, in order: has to return soon.</summary>
    event Action<NodeStatus> Changed;
}
