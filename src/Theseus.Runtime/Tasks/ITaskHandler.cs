namespace Theseus.Runtime;

/// <summary>
/// Does distributed tasks of one kind on a node. Made anew for each attempt, in a scope of its own; several attempts run at
/// once. A task may be attempted more than once, here or on other nodes: what it does has to bear that.
/// </summary>
public interface ITaskHandler
{
    /// <summary>Does one attempt at a task.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Cancelled when the attempt's deadline passes, the task is cancelled, or the node stops. A handler that does not come back after that is left alone.</param>
    /// <returns>The result, in a form of its own; at most 65,536 characters. Empty for nothing.</returns>
    /// <exception cref="Exception">Whatever it throws makes the attempt a failed one; the message is kept.</exception>
    Task<string> HandleAsync(TaskAttempt attempt, CancellationToken cancellationToken);
}
