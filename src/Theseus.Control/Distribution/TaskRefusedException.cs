namespace Theseus.Control.Distribution;

/// <summary>Why a task, or an order to one, was refused. The names are part of the API.</summary>
public enum TaskRefusal
{
    /// <summary>The request is not one that could be carried out.</summary>
    Invalid,

    /// <summary>No node has joined, or all are gone.</summary>
    NoNodes,

    /// <summary>There are nodes, and none that could do it.</summary>
    NoFittingNode,

    /// <summary>The key was given to another request before.</summary>
    KeyReused,

    /// <summary>There is no task of that id.</summary>
    Unknown,

    /// <summary>Where the task stands, the order makes no sense.</summary>
    WrongState,
}

/// <summary>A task, or an order to one, was refused; nothing changed. The message says what to do.</summary>
public sealed class TaskRefusedException(TaskRefusal refusal, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public TaskRefusal Refusal { get; } = refusal;

    /// <summary>Each thing that is wrong, by itself; the message has them all.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [message];
}
