namespace Theseus;

/// <summary>
/// Implemented by a component whose state is handed to its successor as bytes, under a short quiesce: no call runs
/// while it is exported and imported. Declare the schema with <see cref="StateSchemaAttribute"/>.
/// </summary>
public interface ITransferableState
{
    /// <summary>Writes the whole state. Exporting equal states should write equal bytes: that makes a way back provable.</summary>
    /// <param name="destination">Where to write. Not closed by the component.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken);

    /// <summary>Replaces the whole state by what is read, which has this release's schema. If it throws, the state must be as it was before.</summary>
    /// <param name="source">Where to read from.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask ImportAsync(Stream source, CancellationToken cancellationToken);
}
