using Microsoft.Extensions.Logging;
using Theseus.Control.Audit;

namespace Theseus.Control.Upgrades;

/// <content>What predecessors and other control planes have left and changed, and which upgrades are driven here.</content>
internal sealed partial class DrivenUpgrades
{
    private static readonly TimeSpan s_hearing = TimeSpan.FromSeconds(5);

    // Those whose record may be another one than the copy: a change of it was refused, or its outcome is not known.
    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);

    // Those that another was driving, and that no turn was taken of since.
    private readonly HashSet<string> _takenOver = new(StringComparer.Ordinal);

    // Those that a predecessor was checking; and until when nodes are given time to be heard of, before that is done again.
    private readonly HashSet<string> _recovered = new(StringComparer.Ordinal);
    private DateTimeOffset _hearingUntil;
    private DateTimeOffset _lookAt = DateTimeOffset.MaxValue;

    /// <summary>Whether others may change the same upgrades.</summary>
    public bool AreShared => _leases.AreShared;

    /// <summary>Has the store be looked at before anything else: somebody has changed something.</summary>
    public void LookSoon() => _lookAt = DateTimeOffset.MinValue;

    /// <summary>Reads what a predecessor left, and finishes what it had stored but not done.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        _hearingUntil = time.GetUtcNow() + s_hearing;
        await LookAsync(isStart: true, cancellationToken).ConfigureAwait(false);
        if (LineStop is not null)
        {
            await PauseAllAsync(AuditEntry.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads an upgrade for one who is going to be told of its changes; null when there is none of that id.</summary>
    public async Task<UpgradeRecord?> FollowAsync(string id, CancellationToken cancellationToken) => await RereadAsync(id, isTold: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Gives the leases back, so that others need not wait for their ends.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) => _leases.ReleaseAllAsync(cancellationToken);

    private async Task LookIfDueAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _lookAt)
        {
            return;
        }

        try
        {
            await LookAsync(isStart: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Leases that could not be renewed end by themselves, here before they do there.
            _lookAt = time.GetUtcNow() + s_again;
            LogNotLooked(logger, failure);
        }
    }

    /// <summary>Renews leases, takes those that are free, and takes in what others have changed.</summary>
    private async Task LookAsync(bool isStart, CancellationToken cancellationToken)
    {
        LineStop = await store.ReadLineStopAsync(cancellationToken).ConfigureAwait(false);
        await _leases.RenewAsync(cancellationToken).ConfigureAwait(false);
        var heads = await _leases.ReadHeadsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var head in heads)
        {
            if (_leases.IsToBeTaken(head, isStart) && await _leases.TryTakeAsync(head.Upgrade, cancellationToken).ConfigureAwait(false))
            {
                // Whatever was known of it, the one before may have changed it since.
                _stale.Add(head.Upgrade);
                _recovered.Add(head.Upgrade);
                if (_leases.WasAnothers(head))
                {
                    _takenOver.Add(head.Upgrade);
                }
            }

            if (!_running.TryGetValue(head.Upgrade, out var known) || known.Revision < head.Revision || _stale.Contains(head.Upgrade))
            {
                await RereadAsync(head.Upgrade, isTold: !isStart, cancellationToken).ConfigureAwait(false);
            }
        }

        // What is not among them has ended since.
        foreach (var ended in _running.Keys.Except(heads.Select(head => head.Upgrade), StringComparer.Ordinal).ToList())
        {
            await RereadAsync(ended, isTold: !isStart, cancellationToken).ConfigureAwait(false);
        }

        var isAllDriven = _running.Keys.All(_leases.Has);
        _lookAt = AreShared || !isAllDriven ? time.GetUtcNow() + s_again : DateTimeOffset.MaxValue;
    }

    /// <summary>Takes an upgrade's record in as it is stored.</summary>
    private async Task<UpgradeRecord?> RereadAsync(string id, bool isTold, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(id, cancellationToken).ConfigureAwait(false);
        _stale.Remove(id);
        var known = _running.GetValueOrDefault(id);
        if (stored is null)
        {
            return null;
        }

        Keep(stored, known?.Turn);
        if (isTold && stored.Revision > (known?.Revision ?? 0) && (known is not null || !stored.HasEnded))
        {
            OnChanged(stored);
        }

        return stored;
    }

    [LoggerMessage(3006, LogLevel.Error, "What other control planes have changed could not be read; it is tried again")]
    private static partial void LogNotLooked(ILogger logger, Exception failure);
}
