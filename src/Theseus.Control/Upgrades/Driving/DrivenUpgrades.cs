using Microsoft.Extensions.Logging;
using Theseus.Control.Analysis;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>
/// The upgrades that have not ended, and what is known of the nodes. Decides for each upgrade that is driven here what
/// comes next (<see cref="UpgradeReconciler"/>), stores that, and only then acts on it. May be killed between any two
/// steps: whoever takes the upgrade over reads the record and goes on. Not thread-safe: one loop owns it.
/// </summary>
/// <remarks>
/// What is held here of a record is a copy. Another control plane may have given an order meanwhile, or have taken the
/// upgrade over: then a change of the copy is refused by the store, and the record is read anew before anything else.
/// </remarks>
internal sealed partial class DrivenUpgrades(
    IUpgradeStore store, IFleetChannel channel, IWaveJudge judge, TimeProvider time, ILogger logger, HeldLeases? leases = null, INodeDirectory? nodes = null, NodeTaskTally? tally = null, IEvidenceStore? evidence = null, IWaveMetrics? metrics = null)
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestJudgement = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, UpgradeRecord> _running = new(StringComparer.Ordinal);
    private readonly FleetView _fleet = new();
    private readonly TaskSender _sender = new(channel, time, tally);
    private readonly FleetTraffic _traffic = new();
    private readonly UpgradeWatches _watches = new(evidence, metrics);
    private readonly HeldLeases _leases = leases ?? new HeldLeases(new SoleDriver(store), "sole", time);

    /// <summary>Told of each change after it was stored: has to return soon.</summary>
    public Action<UpgradeRecord> OnChanged { get; set; } = _ => { };

    /// <summary>Begins to look whether an upgrade is possible; the end comes back by <see cref="PlanAsync"/>.</summary>
    public Action<UpgradeRecord> OnToBeChecked { get; set; } = _ => { };

    /// <summary>Told when a node's report was taken.</summary>
    public Action OnReported { get; set; } = () => { };

    /// <summary>Why the line is stopped; null while it runs.</summary>
    public string? LineStop { get; private set; }

    /// <summary>The newest report of each node.</summary>
    public IReadOnlyCollection<NodeReport> Nodes => _fleet.Nodes;

    /// <summary>Takes a node's report in.</summary>
    public void Take(NodeReport report)
    {
        var before = _fleet.FindNode(report.Node);
        if (!_fleet.Take(report, out var isNewProcess))
        {
            return;
        }

        _traffic.Take(report, isNewProcess, time.GetUtcNow());
        _watches.Take(isNewProcess ? null : before, report);

        if (isNewProcess)
        {
            _sender.ForgetNode(report.Node);
        }

        tally?.NoteReport(report);

        OnReported();
    }

    /// <summary>Tells in a plan how long it would take to see a harm, at the traffic of now.</summary>
    public UpgradePlan Forecast(UpgradePlan plan) => WaveForecasts.In(plan, _fleet.Find, _traffic.CallsPerSecond);

    /// <summary>Takes in what came of looking whether an upgrade is possible.</summary>
    public async Task PlanAsync(string id, Feasibility found, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(id, out var upgrade) && upgrade.State == UpgradeState.Validating && _leases.Has(id))
        {
            var planned = UpgradeTurns.Planned(upgrade, found, time.GetUtcNow());
            planned = planned.Next.Plan is { } plan ? planned with { Next = planned.Next with { Plan = Forecast(plan) } } : planned;
            await StoreAsync(upgrade, planned, AuditEntry.System, cancellationToken).ConfigureAwait(false);
            if (LineStop is not null)
            {
                // It was asked for before the line was stopped, and must not begin after.
                await PauseAllAsync(AuditEntry.System, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes every upgrade that is driven here as far as it goes now. Returns when to look again at the latest.</summary>
    public async Task<DateTimeOffset> AdvanceAllAsync(CancellationToken cancellationToken)
    {
        await LookIfDueAsync(cancellationToken).ConfigureAwait(false);
        var next = time.GetUtcNow() + s_again;
        foreach (var id in _running.Keys.ToList())
        {
            try
            {
                var until = await AdvanceAsync(id, cancellationToken).ConfigureAwait(false);
                next = until < next ? until : next;
            }
            catch (UpgradeConflictException overtaken)
            {
                _stale.Add(id);
                next = time.GetUtcNow();
                LogOvertaken(logger, id, overtaken.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary. Nothing was done that was not stored; what was may be, so it is read anew first.
                _stale.Add(id);
                LogNotAdvanced(logger, id, failure);
            }
        }

        return next;
    }

    private async Task<DateTimeOffset> AdvanceAsync(string id, CancellationToken cancellationToken)
    {
        if (_stale.Contains(id))
        {
            await _leases.CheckAsync(id, cancellationToken).ConfigureAwait(false);
            await RereadAsync(id, isTold: true, cancellationToken).ConfigureAwait(false);
        }

        while (_running.TryGetValue(id, out var upgrade) && _leases.Has(id))
        {
            var now = time.GetUtcNow();
            if (_takenOver.Contains(id) && upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Confirming or UpgradeState.RollingBack)
            {
                // Before anything is sent, so that whatever the one before still sends is void at nodes that have heard of us.
                await StoreAsync(upgrade, UpgradeTurns.TakeOver(upgrade), AuditEntry.System, cancellationToken).ConfigureAwait(false);
                _takenOver.Remove(id);
                continue;
            }

            if (!upgrade.IsOnNodes)
            {
                if (upgrade.State == UpgradeState.Pending)
                {
                    var checking = new Decision.Change(upgrade with { State = UpgradeState.Validating, Since = now }, "It is being checked.");
                    upgrade = await StoreAsync(upgrade, checking, AuditEntry.System, cancellationToken).ConfigureAwait(false);
                }

                if (upgrade.State == UpgradeState.Validating)
                {
                    if (now < _hearingUntil && _recovered.Contains(id) && !HasHeardAll(upgrade))
                    {
                        // Nodes report every few seconds: that none has yet says nothing.
                        return _hearingUntil;
                    }

                    OnToBeChecked(upgrade);
                }

                if (upgrade.State == UpgradeState.AwaitingApproval && now - upgrade.Since >= UpgradeTurns.LongestApproval)
                {
                    // It holds its components: nobody else could upgrade them for as long as it waits.
                    await StoreAsync(upgrade, UpgradeTurns.NotApproved(upgrade, now), AuditEntry.System, cancellationToken).ConfigureAwait(false);
                }

                return now + s_again;
            }

            if (LineStop is not null && IsHeldByLine(upgrade))
            {
                // When the line was stopped, this one could not be paused.
                await StoreAsync(upgrade, PauseForLine(upgrade, now), AuditEntry.System, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var decision = UpgradeReconciler.Decide(upgrade, NodeView.Of(_fleet, nodes), now);
            if (decision is Decision.Judge watched)
            {
                var compared = await _watches.CompareAsync(upgrade, now, cancellationToken).ConfigureAwait(false);
                var verdict = await JudgeAsync(watched.Evidence with { Calls = compared }, cancellationToken).ConfigureAwait(false);
                decision = UpgradeReconciler.AfterVerdict(upgrade, verdict, now) is { } change ? change : watched.Waiting;
            }

            if (decision is Decision.Wait wait)
            {
                await _sender.SendAsync(wait.Tasks, cancellationToken).ConfigureAwait(false);
                return wait.Until;
            }

            await StoreAsync(upgrade, (Decision.Change)decision, AuditEntry.System, cancellationToken).ConfigureAwait(false);
        }

        return time.GetUtcNow() + s_again;
    }

    private bool HasHeardAll(UpgradeRecord upgrade)
    {
        var heard = _fleet.Nodes.Select(node => node.Node).ToHashSet(StringComparer.Ordinal);
        return upgrade.KnownNodes.Count > 0 && upgrade.KnownNodes.All(heard.Contains);
    }

    private async Task<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            return await judge.JudgeAsync(evidence, cancellationToken).AsTask().WaitAsync(s_longestJudgement, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Also one that was cancelled by a token of its own: a request that took too long.
            return new WaveVerdict(evidence.WaveNumber, WaveJudgement.Inconclusive, "judge-failed", $"It could not be judged: {failure.Message}");
        }
    }

    /// <summary>Stores a change; from then on, and not before, it is what is.</summary>
    private async Task<UpgradeRecord> StoreAsync(UpgradeRecord from, Decision.Change change, string who, CancellationToken cancellationToken)
    {
        var next = change.Next with { Revision = from.Revision + 1, DrivenUnder = await _leases.TokenAsync(from.Id, cancellationToken).ConfigureAwait(false) };
        if (!UpgradeStates.Allows(from.State, next.State))
        {
            throw new InvalidOperationException($"{next.State} cannot follow {from.State}.");
        }

        if (next.State == UpgradeState.RollingBack && from.State != UpgradeState.RollingBack)
        {
            next = next with { TakenBackBy = who };
        }

        // In the same transaction as the word that callers may be on the release from now on: there is no moment in which
        // one of the two is known and the other is not.
        var points = next.WasActivated && !from.WasActivated ? RollbackPoints.Of(next, _fleet, time.GetUtcNow()) : [];
        var evidence = ReferenceEquals(next.Verdicts, from.Verdicts) ? "" : next.Verdicts[^1].Evidence;
        var entry = new AuditEntry(time.GetUtcNow(), who, from.Id, Name(from), Name(next), change.Why, evidence);
        await store.UpdateAsync(next, entry, points, cancellationToken).ConfigureAwait(false);
        Keep(next, from.Turn);
        using (UpgradeSpans.Tell(from, next, change.Why, entry.At))
        {
            LogChanged(logger, from.Id, entry.From, entry.To, change.Why);
        }

        OnChanged(next);
        return next;
    }

    /// <summary>Takes a record in as it is stored now.</summary>
    private void Keep(UpgradeRecord upgrade, long? turnBefore)
    {
        if (upgrade.Turn != turnBefore || upgrade.HasEnded)
        {
            _sender.Forget(upgrade.Id);
        }

        if (upgrade.HasEnded)
        {
            _running.Remove(upgrade.Id);
            _watches.Forget(upgrade.Id);
            _leases.Forget(upgrade.Id);
            _recovered.Remove(upgrade.Id);
            _takenOver.Remove(upgrade.Id);
        }
        else
        {
            _running[upgrade.Id] = upgrade;
            _watches.Follow(upgrade, _fleet.Find);
        }
    }

    private static string Name(UpgradeRecord upgrade) => upgrade.State is UpgradeState.InProgress or UpgradeState.Preparing
        ? FormattableString.Invariant($"{upgrade.State} wave {upgrade.Wave + 1} {upgrade.Phase}")
        : upgrade is { State: UpgradeState.Confirming, Phase: WavePhase.Retiring } ? "Confirming Retiring" : upgrade.State.ToString();

    [LoggerMessage(3001, LogLevel.Information, "Upgrade {Upgrade}: {From} -> {To}. {Why}")]
    private static partial void LogChanged(ILogger logger, string upgrade, string from, string to, string why);

    [LoggerMessage(3002, LogLevel.Error, "Upgrade {Upgrade}: what comes next could not be done; it is tried again")]
    private static partial void LogNotAdvanced(ILogger logger, string upgrade, Exception failure);

    [LoggerMessage(3005, LogLevel.Information, "Upgrade {Upgrade}: {Why}")]
    private static partial void LogOvertaken(ILogger logger, string upgrade, string why);
}
