using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Theseus.Control;

/// <content>Which rollback points are kept, and for how long.</content>
public sealed partial class RollbackManager
{
    // Points grow old without anything happening; and what could not be removed is tried again.
    private static readonly TimeSpan s_betweenTrims = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger ?? NullLogger<RollbackManager>.Instance;

    /// <summary>
    /// Removes the rollback points that are not kept any longer, until it is cancelled: as it begins, whenever an upgrade
    /// ends, and once a minute for those that grow too old. A storage that fails is logged and tried again.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    // The watching comes first, so that no upgrade ends between it and the first trim.
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(TrimAfterUpgradesAsync(cancellationToken), TrimWithTimeAsync(cancellationToken));

    /// <summary>Removes the rollback points that are not kept any longer.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were removed.</returns>
    public Task<int> TrimAsync(CancellationToken cancellationToken) =>
        points.TrimAsync(options.KeptPerComponent, time.GetUtcNow() - options.KeptFor, cancellationToken);

    private async Task TrimAfterUpgradesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var upgrade in upgrades.WatchAsync(null, cancellationToken).ConfigureAwait(false))
            {
                if (upgrade.HasEnded)
                {
                    await TryTrimAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task TrimWithTimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await TryTrimAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(s_betweenTrims, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryTrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TrimAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop's boundary: a point that is kept too long does no harm meanwhile.
            LogNotTrimmed(_logger, failure);
        }
    }

    [LoggerMessage(3011, LogLevel.Error, "Rollback points that are not kept any longer could not be removed; it is tried again")]
    private static partial void LogNotTrimmed(ILogger logger, Exception failure);
}
