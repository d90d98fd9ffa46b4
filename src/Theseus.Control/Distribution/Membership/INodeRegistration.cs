namespace Theseus.Control.Distribution;

/// <summary>What operators may do with nodes. Each is on record with who ordered it and why. Thread-safe.</summary>
public interface INodeRegistration
{
    /// <summary>Declares a node, so that it is known before a process joins under its name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="failureDomain">Where it will stand; empty for not told. What its process says counts once it joins.</param>
    /// <param name="labels">What it will be.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up; it may be done all the same.</param>
    /// <returns>The node; the one that was there already, unchanged, when there was one.</returns>
    /// <exception cref="ArgumentException">The name, the domain or the labels cannot be used; the message says why.</exception>
    Task<NodeStatus> AddAsync(string name, string failureDomain, IReadOnlyDictionary<string, string> labels, string who, string why, CancellationToken cancellationToken);

    /// <summary>Has nothing new begun on a node: upgrades are planned without it, and it gets no tasks. What runs there goes on.</summary>
    /// <param name="name">The node.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up; it may be done all the same.</param>
    /// <exception cref="NodeRefusedException">There is no such node.</exception>
    Task<NodeStatus> DrainAsync(string name, string who, string why, CancellationToken cancellationToken);

    /// <summary>Lets things be begun on a node again. What it missed of upgrades is made up for.</summary>
    /// <inheritdoc cref="DrainAsync"/>
    Task<NodeStatus> UndrainAsync(string name, string who, string why, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a node that is lost, has left, or drains. A process that still goes by its name is told to be no node any
    /// more; one that starts under it later joins as any other.
    /// </summary>
    /// <param name="name">The node.</param>
    /// <param name="force">Whether it is removed however it stands.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up; it may be done all the same.</param>
    /// <exception cref="NodeRefusedException">There is no such node, or it is counted on and its removal was not forced.</exception>
    Task RemoveAsync(string name, bool force, string who, string why, CancellationToken cancellationToken);
}

/// <summary>An order about a node was refused.</summary>
public sealed class NodeRefusedException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="isUnknown">Whether there is no such node.</param>
    /// <param name="message">Why, and what to do.</param>
    public NodeRefusedException(bool isUnknown, string message)
        : base(message) => IsUnknown = isUnknown;

    /// <summary>Whether there is no such node; otherwise it is not in a state for the order.</summary>
    public bool IsUnknown { get; }
}
