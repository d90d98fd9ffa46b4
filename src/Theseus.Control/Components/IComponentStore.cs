using Theseus.Control.Audit;

namespace Theseus.Control;

/// <summary>Keeps components and their history. Thread-safe, and safe for several control planes on one store.</summary>
/// <remarks>
/// The revision number decides between writers: a descriptor with revision <c>n</c> is kept only where the store has
/// revision <c>n - 1</c> of that name (none at all for 1), checked and written in one transaction with the change.
/// Names compare ordinally. Failures of the store itself are exceptions, and leave it as it was.
/// </remarks>
public interface IComponentStore
{
    /// <summary>Reads every component, retired ones too, in no order.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<ComponentDescriptor>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>Reads one component, retired or not; null if there never was one of that name.</summary>
    /// <param name="component">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ComponentDescriptor?> ReadAsync(string component, CancellationToken cancellationToken);

    /// <summary>Saves a component and, in the same transaction, the change in its life that goes with it.</summary>
    /// <param name="component">The component, with the revision it is to have.</param>
    /// <param name="change">The change; null if its life did not change.</param>
    /// <param name="entry">What goes on record of it, in the same transaction; null for nothing.</param>
    /// <param name="cancellationToken">Gives up; whether it was saved is then unknown.</param>
    /// <returns>Whether it was saved: false if somebody else had saved meanwhile. Nothing is written then.</returns>
    Task<bool> TrySaveAsync(ComponentDescriptor component, LifecycleChange? change, AuditEntry? entry, CancellationToken cancellationToken);

    /// <summary>Reads a component's changes, the newest first.</summary>
    /// <param name="component">Its name.</param>
    /// <param name="count">How many at most; 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<LifecycleChange>> ReadHistoryAsync(string component, int count, CancellationToken cancellationToken);
}
