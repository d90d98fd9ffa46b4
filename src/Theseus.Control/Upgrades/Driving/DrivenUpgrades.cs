using Microsoft.Extensions.Logging;
using Theseus.Control.Audit;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>
/// The upgrades that have not ended, and what is known of the nodes. Decides for each upgrade what comes next
/// (<see cref="UpgradeReconciler"/>), stores that, and only then acts on it. May be killed between any two steps: whoever
/// starts next reads the records and goes on. Not thread-safe: one loop owns it.
/// </summary>
internal sealed partial class DrivenUpgrades(IUpgradeStore store, IFleetChannel channel, IWaveJudge judge, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hearing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestJudgement = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, UpgradeRecord> _running = new(StringComparer.Ordinal);
    private readonly FleetView _fleet = new();
    private readonly TaskSender _sender = new(channel, time);

    // Those that a predecessor was checking; and until when nodes are given time to be heard of, before that is done again.
    private readonly HashSet<string> _recovered = new(StringComparer.Ordinal);
    private DateTimeOffset _hearingUntil;

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

    /// <summary>Reads what a predecessor left, and finishes what it had stored but not done.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var upgrade in await store.ReadRunningAsync(cancellationToken).ConfigureAwait(false))
        {
            _running[upgrade.Id] = upgrade;
            _recovered.Add(upgrade.Id);
        }

        _hearingUntil = time.GetUtcNow() + s_hearing;
        LineStop = await store.ReadLineStopAsync(cancellationToken).ConfigureAwait(false);
        if (LineStop is not null)
        {
            await PauseAllAsync(AuditEntry.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a node's report in.</summary>
    public void Take(NodeReport report)
    {
        if (!_fleet.Take(report, out var isNewProcess))
        {
            return;
        }

        if (isNewProcess)
        {
            _sender.ForgetNode(report.Node);
        }

        OnReported();
    }

    /// <summary>Refuses what could not begin now, whatever it is: looking at it closely can be saved then.</summary>
    /// <exception cref="UpgradeRefusedException">The line is stopped, or a component is being upgraded.</exception>
    public void ThrowIfHeldUp(UpgradeRequest request)
    {
        if (request.RollsBack is null)
        {
            ThrowIfLineStopped();
        }

        foreach (var target in request.Targets)
        {
            if (_running.Values.FirstOrDefault(one => one.Request.Targets.Any(other => other.Component == target.Component)) is { } other)
            {
                throw new UpgradeRefusedException(UpgradeRefusal.Busy, $"The upgrade {other.Id} of '{target.Component}' has not ended. Wait for it, cancel it, or roll it back.");
            }
        }
    }

    /// <summary>Adds an upgrade.</summary>
    /// <exception cref="UpgradeRefusedException">The line is stopped, or a component is being upgraded.</exception>
    public async Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken)
    {
        if (upgrade.Request.RollsBack is null)
        {
            ThrowIfLineStopped();
        }

        try
        {
            // Nodes may remember orders of a database that is no more: theirs has to be the lower number.
            var seen = _fleet.HighestFence(upgrade.Request.Targets.Select(target => target.Component));
            var added = await store.AddAsync(upgrade with { Number = UpgradeRecord.NumberAbove(seen), KnownNodes = NodesOf(upgrade.Request) }, entry, cancellationToken).ConfigureAwait(false);
            if (added.Id == upgrade.Id)
            {
                _running.Add(added.Id, added);
                OnChanged(added);
            }

            return added;
        }
        catch (UpgradeConflictException conflict)
        {
            throw new UpgradeRefusedException(conflict.IsKeyReused ? UpgradeRefusal.KeyReused : UpgradeRefusal.Busy, conflict.Message);
        }
    }

    /// <summary>Gives an upgrade an order.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="who">Who orders.</param>
    /// <param name="order">Makes the next record of the present one; throws <see cref="UpgradeRefusedException"/>.</param>
    /// <param name="goesForward">Whether it is refused while the line is stopped.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<UpgradeRecord> OrderAsync(
        string id, string who, Func<UpgradeRecord, DateTimeOffset, Decision.Change> order, bool goesForward, CancellationToken cancellationToken)
    {
        if (!_running.TryGetValue(id, out var upgrade))
        {
            throw await store.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } ended
                ? new UpgradeRefusedException(UpgradeRefusal.WrongState, $"The upgrade {id} has ended: {ended.State}.")
                : new UpgradeRefusedException(UpgradeRefusal.Unknown, $"There is no upgrade {id}.");
        }

        if (goesForward && upgrade.Request.RollsBack is null)
        {
            ThrowIfLineStopped();
        }

        return await StoreAsync(upgrade, order(upgrade, time.GetUtcNow()), who, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the line: every upgrade that goes forward pauses, and none begins. Those that go back go on, and those that take an earlier one back.</summary>
    /// <returns>The upgrades that were paused.</returns>
    public async Task<IReadOnlyList<string>> StopLineAsync(string reason, string who, CancellationToken cancellationToken)
    {
        await store.WriteLineStopAsync(reason, new AuditEntry(time.GetUtcNow(), who, "line", LineStop is null ? "running" : "stopped", "stopped", reason), cancellationToken).ConfigureAwait(false);
        LineStop = reason;
        return await PauseAllAsync(who, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the line run again. What was paused stays so until it is resumed.</summary>
    public async Task RestartLineAsync(string why, string who, CancellationToken cancellationToken)
    {
        await store.WriteLineStopAsync(null, new AuditEntry(time.GetUtcNow(), who, "line", LineStop is null ? "running" : "stopped", "running", why), cancellationToken).ConfigureAwait(false);
        LineStop = null;
    }

    /// <summary>Takes in what came of looking whether an upgrade is possible.</summary>
    public async Task PlanAsync(string id, Feasibility found, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(id, out var upgrade) && upgrade.State == UpgradeState.Validating)
        {
            await StoreAsync(upgrade, UpgradeTurns.Planned(upgrade, found, time.GetUtcNow()), AuditEntry.System, cancellationToken).ConfigureAwait(false);
            if (LineStop is not null)
            {
                // It was asked for before the line was stopped, and must not begin after.
                await PauseAllAsync(AuditEntry.System, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes every upgrade as far as it goes now. Returns when to look again at the latest.</summary>
    public async Task<DateTimeOffset> AdvanceAllAsync(CancellationToken cancellationToken)
    {
        var next = time.GetUtcNow() + s_again;
        foreach (var id in _running.Keys.ToList())
        {
            try
            {
                var until = await AdvanceAsync(id, cancellationToken).ConfigureAwait(false);
                next = until < next ? until : next;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary. Nothing was done that was not stored, so the same is decided again at the next look.
                LogNotAdvanced(logger, id, failure);
            }
        }

        return next;
    }

    private async Task<DateTimeOffset> AdvanceAsync(string id, CancellationToken cancellationToken)
    {
        while (_running.TryGetValue(id, out var upgrade))
        {
            var now = time.GetUtcNow();
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
                await PauseForLineAsync(upgrade, AuditEntry.System, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var decision = UpgradeReconciler.Decide(upgrade, _fleet.Find, now);
            if (decision is Decision.Judge watched)
            {
                var verdict = await JudgeAsync(watched.Evidence, cancellationToken).ConfigureAwait(false);
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

    private async Task<IReadOnlyList<string>> PauseAllAsync(string who, CancellationToken cancellationToken)
    {
        var paused = new List<string>();
        foreach (var upgrade in _running.Values.ToList())
        {
            if (!IsHeldByLine(upgrade))
            {
                continue;
            }

            try
            {
                await PauseForLineAsync(upgrade, who, cancellationToken).ConfigureAwait(false);
                paused.Add(upgrade.Id);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The line is stopped on record; whoever looks at the upgrade next pauses it before anything else.
                LogNotAdvanced(logger, upgrade.Id, failure);
            }
        }

        return paused;
    }

    private static bool IsHeldByLine(UpgradeRecord upgrade) =>
        upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Confirming && upgrade.Request.RollsBack is null;

    private Task<UpgradeRecord> PauseForLineAsync(UpgradeRecord upgrade, string who, CancellationToken cancellationToken) =>
        StoreAsync(upgrade, UpgradeTurns.Pause(upgrade, $"The line was stopped: {LineStop}", time.GetUtcNow()), who, cancellationToken);

    private bool HasHeardAll(UpgradeRecord upgrade)
    {
        var heard = _fleet.Nodes.Select(node => node.Node).ToHashSet(StringComparer.Ordinal);
        return upgrade.KnownNodes.Count > 0 && upgrade.KnownNodes.All(heard.Contains);
    }

    private IReadOnlyList<string> NodesOf(UpgradeRequest request) =>
    [
        .. _fleet.Nodes
            .Where(node => (request.Nodes.Count == 0 || request.Nodes.Contains(node.Node)) && node.Components.Any(one => request.Targets.Any(target => target.Component == one.Component)))
            .Select(node => node.Node),
    ];

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
        var next = change.Next with { Revision = from.Revision + 1 };
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
        if (next.Turn != from.Turn || next.HasEnded)
        {
            _sender.Forget(from.Id);
        }

        if (next.HasEnded)
        {
            _running.Remove(from.Id);
        }
        else
        {
            _running[from.Id] = next;
        }

        LogChanged(logger, from.Id, entry.From, entry.To, change.Why);
        OnChanged(next);
        return next;
    }

    private void ThrowIfLineStopped()
    {
        if (LineStop is { } reason)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.LineStopped, $"The line is stopped: {reason}. Let it run again first.");
        }
    }

    private static string Name(UpgradeRecord upgrade) => upgrade.State is UpgradeState.InProgress or UpgradeState.Preparing
        ? FormattableString.Invariant($"{upgrade.State} wave {upgrade.Wave + 1} {upgrade.Phase}")
        : upgrade is { State: UpgradeState.Confirming, Phase: WavePhase.Retiring } ? "Confirming Retiring" : upgrade.State.ToString();

    [LoggerMessage(3001, LogLevel.Information, "Upgrade {Upgrade}: {From} -> {To}. {Why}")]
    private static partial void LogChanged(ILogger logger, string upgrade, string from, string to, string why);

    [LoggerMessage(3002, LogLevel.Error, "Upgrade {Upgrade}: what comes next could not be done; it is tried again")]
    private static partial void LogNotAdvanced(ILogger logger, string upgrade, Exception failure);
}
