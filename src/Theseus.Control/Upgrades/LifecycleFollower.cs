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
/// <param name="time">The clock.</param>
/// <param name="logger">Where it logs.</param>
public sealed partial class LifecycleFollower(ComponentRegistry registry, RuntimeUpgradeManager manager, IReleaseProvider releases, TimeProvider time, ILogger<LifecycleFollower> logger)
{
    private const int Newest = 100;

    /// <summary>After how long what could not be followed is tried again.</summary>
    internal static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(5);

    // What could not be followed, by component: an upgrade's last change has none after it that would bring it along. Of
    // the one loop alone.
    private readonly Dictionary<string, (UpgradeRecord Upgrade, UpgradeMove Move)> _missed = new(StringComparer.Ordinal);

    // The revisions of the upgrades that the catching up saw. Of the one loop alone.
    private readonly Dictionary<string, long> _caughtUp = new(StringComparer.Ordinal);

    private readonly Pulse _level = new();

    // Until the upgrades from before the start have been read.
    private bool _hasCaughtUp;

    // False before a change is taken from what is watched, and true when it has been followed.
    private volatile bool _isLevel;
    private volatile UpgradeWatchers.Watching? _watching;

    /// <summary>Follows until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Begun before the catching up, so that no change falls in between.
            using var watching = manager.BeginWatching();
            _watching = watching;
            await TryCatchUpAsync(cancellationToken).ConfigureAwait(false);
            var more = watching.WaitAsync(cancellationToken);
            while (true)
            {
                SetLevel();
                if (await IsTimeToTryAgainAsync(more, cancellationToken).ConfigureAwait(false))
                {
                    await TryAgainAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (!await more.ConfigureAwait(false))
                {
                    return;
                }

                _isLevel = false;
                while (watching.TryRead(out var upgrade))
                {
                    if (upgrade.Revision <= _caughtUp.GetValueOrDefault(upgrade.Id))
                    {
                        // It was told while the catching up went on, which saw it, or what came of it: to follow it now would lead back.
                        continue;
                    }

                    await FollowAsync(upgrade, upgrade.Plan?.Moves ?? [], cancellationToken).ConfigureAwait(false);
                }

                more = watching.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Waits until all is followed that had been told before this was called, but for what failed and is tried again after a while.</summary>
    internal Task WaitUntilLevelAsync(CancellationToken cancellationToken) =>
        // In this order: what is not waiting any more has been taken, and it was not level from before that on.
        _level.WaitForAsync(_ => ValueTask.FromResult(_watching?.Waiting == 0 && _isLevel), static isLevel => isLevel, cancellationToken);

    private void SetLevel()
    {
        _isLevel = true;
        _level.Beat();
    }

    /// <summary>Waits for the next change, or until what was missed is to be tried again.</summary>
    private async Task<bool> IsTimeToTryAgainAsync(Task<bool> more, CancellationToken cancellationToken)
    {
        if (_hasCaughtUp && _missed.Count == 0)
        {
            return false;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(more, Task.Delay(BetweenTries, time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        return first != more && !cancellationToken.IsCancellationRequested;
    }

    private async Task TryAgainAsync(CancellationToken cancellationToken)
    {
        if (!_hasCaughtUp)
        {
            await TryCatchUpAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var (upgrade, move) in _missed.Values.ToList())
        {
            await FollowAsync(upgrade, [move], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TryCatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            _hasCaughtUp = true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The boundary of a background task: the changes that come meanwhile are followed all the same.
            LogNotCaughtUp(logger, failure);
        }
    }

    /// <summary>Brings each component to where the newest upgrade of it is.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var upgrade in await manager.GetHistoryAsync(null, Newest, cancellationToken).ConfigureAwait(false))
        {
            _caughtUp[upgrade.Id] = upgrade.Revision;
            // Of each component the newest alone, also where an upgrade moved it together with others that were moved again.
            var newest = upgrade.Plan is null || Wanted(upgrade) is null ? [] : upgrade.Plan.Moves.Where(move => seen.Add(move.Component)).ToList();
            await FollowAsync(upgrade, newest, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(UpgradeRecord upgrade, IReadOnlyList<UpgradeMove> moves, CancellationToken cancellationToken)
    {
        foreach (var move in moves)
        {
            _missed.Remove(move.Component);
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
                        Follows = new UpgradeMoment(upgrade.Number, upgrade.Revision),
                    },
                    cancellationToken).ConfigureAwait(false);
                if (!result.IsDone)
                {
                    LogNotFollowed(logger, move.Component, upgrade.Id, string.Join(" ", result.Problems));
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The boundary of a background task: the upgrade itself is not touched by it, and it is tried again.
                _missed[move.Component] = (upgrade, move);
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

    [LoggerMessage(3014, LogLevel.Error, "The upgrades from before the start could not be read; it is tried again")]
    private static partial void LogNotCaughtUp(ILogger logger, Exception failure);

    [LoggerMessage(3010, LogLevel.Warning, "Component '{Component}' could not be brought to where upgrade {Upgrade} is: {Problem}")]
    private static partial void LogNotFollowed(ILogger logger, string component, string upgrade, string problem);
}
