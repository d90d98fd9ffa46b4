using Microsoft.Extensions.Logging;

namespace Theseus.Control.Upgrades;

/// <summary>Removes the evidence of upgrades that ended long ago, whenever one ends. Runs once; not thread-safe.</summary>
/// <param name="upgrades">Whose upgrades.</param>
/// <param name="store">Where their evidence is.</param>
/// <param name="kept">The evidence of how many upgrades that have ended is kept.</param>
/// <param name="logger">Where it logs.</param>
public sealed partial class EvidenceKeeping(RuntimeUpgradeManager upgrades, IEvidenceStore store, int kept, ILogger<EvidenceKeeping> logger)
{
    /// <summary>Runs until it is cancelled. A storage that fails is logged, and tried again when the next upgrade ends.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var upgrade in upgrades.WatchAsync(null, cancellationToken).ConfigureAwait(false))
            {
                if (upgrade.HasEnded)
                {
                    await TrimAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.TrimAsync(kept, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop's boundary: what is kept too long does no harm meanwhile.
            LogNotTrimmed(logger, failure);
        }
    }

    [LoggerMessage(3031, LogLevel.Error, "Evidence that is not kept any longer could not be removed; it is tried again when the next upgrade ends")]
    private static partial void LogNotTrimmed(ILogger logger, Exception failure);
}
