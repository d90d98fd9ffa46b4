using Microsoft.Extensions.Logging;
using NuGet.Versioning;
using Theseus.Control.Upgrades;

namespace Theseus.Control;

/// <summary>
/// Keeps the registry's picture of each component where its upgrade is. What the upgrade's record says counts; the
/// registry follows it, and is brought up to it again after a restart.
/// </summary>
/// <param name="registry">The components.</param>
/// <param name="manager">The upgrades.</param>
/// <param name="releases">Where a release's manifest is read, for what it says of the component that it serves as.</param>
/// <param name="logger">Where it logs.</param>
public sealed partial class LifecycleFollower(ComponentRegistry registry, RuntimeUpgradeManager manager, IReleaseProvider releases, ILogger<LifecycleFollower> logger)
{
    private const int Newest = 100;

    /// <summary>Follows until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Begun before the catching up, so that no change falls in between.
            using var watching = manager.BeginWatching();
            var caughtUp = await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            await foreach (var upgrade in watching.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (upgrade.Revision <= caughtUp.GetValueOrDefault(upgrade.Id))
                {
                    // It was told while the catching up went on, which saw it, or what came of it: to follow it now would lead back.
                    continue;
                }

                await FollowAsync(upgrade, upgrade.Plan?.Moves ?? [], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Brings each component to where the newest upgrade of it is. Returns the revisions of the upgrades that it saw.</summary>
    private async Task<Dictionary<string, long>> CatchUpAsync(CancellationToken cancellationToken)
    {
        var revisions = new Dictionary<string, long>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var upgrade in await manager.GetHistoryAsync(null, Newest, cancellationToken).ConfigureAwait(false))
        {
            revisions[upgrade.Id] = upgrade.Revision;
            // Of each component the newest alone, also where an upgrade moved it together with others that were moved again.
            var newest = upgrade.Plan is null || Wanted(upgrade) is null ? [] : upgrade.Plan.Moves.Where(move => seen.Add(move.Component)).ToList();
            await FollowAsync(upgrade, newest, cancellationToken).ConfigureAwait(false);
        }

        return revisions;
    }

    private async Task FollowAsync(UpgradeRecord upgrade, IReadOnlyList<UpgradeMove> moves, CancellationToken cancellationToken)
    {
        foreach (var move in moves)
        {
            if (Wanted(upgrade) is not { } lifecycle || registry.Find(move.Component) is not { } component)
            {
                continue;
            }

            var serving = upgrade.State == UpgradeState.Completed ? move.To.Version : move.From.Version;
            var version = NuGetVersion.Parse(serving);
            if (component.Lifecycle == lifecycle && component.CurrentVersion == version)
            {
                continue;
            }

            try
            {
                var manifest = lifecycle == ComponentLifecycle.Active
                    ? (await releases.ReadAsync(component.Name, component.PackageId, version, cancellationToken).ConfigureAwait(false)).Manifest
                    : null;
                var result = await registry.MoveAsync(
                    move.Component,
                    new LifecycleMove(lifecycle, upgrade.Detail.Length > 0 ? upgrade.Detail : $"Upgrade {upgrade.Id} to {move.To}: {upgrade.State}.")
                    {
                        Version = version,
                        Release = manifest,
                        Upgrade = upgrade.Id,
                    },
                    cancellationToken).ConfigureAwait(false);
                if (!result.IsDone)
                {
                    LogNotFollowed(logger, move.Component, upgrade.Id, string.Join(" ", result.Problems));
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The boundary of a background task: the upgrade itself is not touched by it, and the next change tries again.
                LogNotFollowed(logger, move.Component, upgrade.Id, failure.Message);
            }
        }
    }

    private static ComponentLifecycle? Wanted(UpgradeRecord upgrade) => upgrade.State switch
    {
        UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Paused or UpgradeState.Confirming => ComponentLifecycle.Upgrading,
        UpgradeState.RollingBack => ComponentLifecycle.RollingBack,
        UpgradeState.Completed or UpgradeState.RolledBack or UpgradeState.Failed or UpgradeState.Cancelled => ComponentLifecycle.Active,
        UpgradeState.RollbackFailed => ComponentLifecycle.Failed,
        _ => null,
    };

    [LoggerMessage(3010, LogLevel.Warning, "Component '{Component}' could not be brought to where upgrade {Upgrade} is: {Problem}")]
    private static partial void LogNotFollowed(ILogger logger, string component, string upgrade, string problem);
}
