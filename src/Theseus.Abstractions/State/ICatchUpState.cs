namespace Theseus;

/// <summary>
/// Implemented by a component with a large state, which is copied while calls go on; then the changes since are
/// handed over, the last of them under a short quiesce.
/// </summary>
/// <remarks>
/// The order of calls on the old generation: <see cref="BeginCopyAsync"/>, then <see cref="ExportChangesAsync"/> one or
/// more times, at last <see cref="EndCopyAsync"/>. On the new one: <see cref="ITransferableState.ImportAsync"/>, then
/// <see cref="ApplyChangesAsync"/> for each export.
/// </remarks>
public interface ICatchUpState : ITransferableState
{
    /// <summary>Begins to note changes, then writes the state. Runs at the same time as calls; a change made meanwhile may be in the copy or in the noted changes or in both, so applying a change twice must do no harm.</summary>
    /// <param name="destination">Where to write.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask BeginCopyAsync(Stream destination, CancellationToken cancellationToken);

    /// <summary>Writes the changes noted since the last export, and forgets them. May run at the same time as calls.</summary>
    /// <param name="destination">Where to write. Writing nothing means that there were no changes.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask ExportChangesAsync(Stream destination, CancellationToken cancellationToken);

    /// <summary>Ends the noting of changes, whether the copy was used or given up.</summary>
    ValueTask EndCopyAsync();

    /// <summary>Applies changes written by <see cref="ExportChangesAsync"/>.</summary>
    /// <param name="source">Where to read from.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask ApplyChangesAsync(Stream source, CancellationToken cancellationToken);
}
