namespace Theseus.Control.Upgrades;

/// <summary>A piece of what an upgrade is judged by. Immutable.</summary>
/// <param name="Upgrade">The upgrade's id.</param>
/// <param name="Number">Its number among those of the upgrade, from 1 without gaps.</param>
/// <param name="Body">What it says, as JSON.</param>
public sealed record EvidenceEntry(string Upgrade, long Number, string Body);

/// <summary>
/// Keeps what upgrades are judged by, so that whoever takes one over judges it by the same, and so that a verdict can be
/// explained and judged again. Thread-safe. Faults of the storage itself surface as its own exceptions.
/// </summary>
public interface IEvidenceStore
{
    /// <summary>Adds the next piece.</summary>
    /// <param name="entry">The piece.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpgradeConflictException">There is one of that number: another control plane has added it.</exception>
    Task AppendAsync(EvidenceEntry entry, CancellationToken cancellationToken);

    /// <summary>All pieces of an upgrade, by number.</summary>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<EvidenceEntry>> ReadAsync(string upgrade, CancellationToken cancellationToken);

    /// <summary>Removes the evidence of upgrades that have ended, but for the newest.</summary>
    /// <param name="upgrades">The evidence of how many upgrades that have ended is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many pieces were removed.</returns>
    Task<int> TrimAsync(int upgrades, CancellationToken cancellationToken);
}
