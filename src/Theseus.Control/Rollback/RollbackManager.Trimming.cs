using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;

namespace Theseus.Control;

/// <content>Which rollback points are kept, and for how long.</content>
public sealed partial class RollbackManager
{
    // Points grow old without anything happening; and what could not be removed is tried again.
    private static readonly TimeSpan s_betweenTrims = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger ?? NullLogger<RollbackManager>.Instance;
    private readonly Pulse _trimmed = new();

    /// <summary>
    /// Removes the rollback points that are not kept any longer, until it is cancelled: as it begins, whenever an upgrade
    /// ends, and once a minute for those that grow too old. A storage that fails is logged and tried again.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    // The watching comes first, so that no upgrade ends between it and the first trim.
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(TrimAfterUpgradesAsync(cancellationToken), TrimWithTimeAsync(cancellationToken));

    /// <summary>Removes the rollback points that are not kept any longer; each goes on record, since there is no way back to it from then on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were removed.</returns>
    public Task<int> TrimAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return points.TrimAsync(options.KeptPerComponent, now - options.KeptFor, point => Removed(point, now), cancellationToken);
    }

    private AuditEntry Removed(RollbackPoint point, DateTimeOffset now) => new(
        now,
        AuditEntry.System,
        point.Upgrade,
        "rollback point kept",
        "rollback point removed",
        now - point.TakenAt > options.KeptFor
            ? $"The rollback point of '{point.Component}' to {point.From} was taken more than {options.KeptFor.TotalDays:0.#} days ago."
            : $"The rollback point of '{point.Component}' to {point.From} has {options.KeptPerComponent} newer ones after it, which are as many as are kept.");

    /// <summary>Waits until the rollback points are as they are wanted to be. They are looked at now, and after each trim of <see cref="RunAsync"/>.</summary>
    /// <param name="component">Only those of one component; null for all.</param>
    /// <param name="holds">What is waited for, of what <see cref="GetPointsAsync"/> tells.</param>
    /// <param name="cancellationToken">Gives up: without it the wait may have no end.</param>
    /// <returns>The points as they were found.</returns>
    public Task<IReadOnlyList<RollbackOffer>> WaitForPointsAsync(string? component, Func<IReadOnlyList<RollbackOffer>, bool> holds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return _trimmed.WaitForAsync(token => new ValueTask<IReadOnlyList<RollbackOffer>>(GetPointsAsync(component, token)), holds, cancellationToken);
    }

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
            _trimmed.Beat();
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
