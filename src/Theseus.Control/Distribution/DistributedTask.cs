using System.Text.Json.Serialization;

namespace Theseus.Control.Distribution;

/// <summary>Where a task stands.</summary>
public enum TaskState
{
    /// <summary>It waits for a node, or for its next attempt's time.</summary>
    Queued,

    /// <summary>A node has it.</summary>
    Assigned,

    /// <summary>A node did it. An end.</summary>
    Completed,

    /// <summary>All its attempts failed, or nobody is left who could do it. An end, unless an operator queues it again.</summary>
    DeadLetter,

    /// <summary>It was cancelled. An end.</summary>
    Cancelled,

    /// <summary>It was not done in its time. An end.</summary>
    Expired,
}

/// <summary>A task, as it stands. Immutable.</summary>
public sealed record DistributedTask
{
    /// <summary>Its id, unique for ever.</summary>
    public required string Id { get; init; }

    /// <summary>Its number, from 1: later ones have higher numbers. 0 before it is stored.</summary>
    public long Number { get; init; }

    /// <summary>Counts its changes, from 1.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>What was asked for.</summary>
    public required TaskRequest Request { get; init; }

    /// <summary>Where it stands.</summary>
    public TaskState State { get; init; }

    /// <summary>How often it was given to a node: the number of the newest attempt. Answers to earlier ones do not count.</summary>
    public int Attempt { get; init; }

    /// <summary>How many attempts failed, since an operator queued it last.</summary>
    public int Failures { get; init; }

    /// <summary>The node of the newest attempt; null before the first.</summary>
    public string? Node { get; init; }

    /// <summary>The node's process that has the newest attempt; null before the first, and for a node that was not heard of.</summary>
    public string? Incarnation { get; init; }

    /// <summary>When that process started, by the node's clock.</summary>
    public DateTimeOffset? IncarnationStartedAt { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it is not begun any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The time before which it is not begun; null when it may be begun at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When the newest attempt was given to its node; null before the first.</summary>
    public DateTimeOffset? AssignedAt { get; init; }

    /// <summary>When the newest attempt is given up as not answered; null without one that runs.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When the node is told again, while it has not answered; null when there is nothing to tell.</summary>
    public DateTimeOffset? TellAgainAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the handler returned; empty for nothing.</summary>
    public string Result { get; init; } = "";

    /// <summary>What happened last, in words; empty for nothing to say.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Whether it has ended.</summary>
    [JsonIgnore]
    public bool HasEnded => State >= TaskState.Completed;

    /// <summary>When somebody has to look at it, if nothing happens to it before; null for never.</summary>
    [JsonIgnore]
    public DateTimeOffset? LookAt => State switch
    {
        TaskState.Queued => NotBefore < ExpiresAt ? NotBefore : ExpiresAt,
        TaskState.Assigned => TellAgainAt < DueAt ? TellAgainAt : DueAt,
        _ => TellAgainAt,
    };
}
