using Theseus.Control.Audit;

namespace Theseus.Control.Upgrades;

/// <content>What operators order. An order is a change of the record like any other: whoever is asked makes it, and whoever
/// drives the upgrade finds it at its next look, or when its next change is refused.</content>
internal sealed partial class DrivenUpgrades
{
    private const int MostTries = 16;

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
            await ThrowIfLineStoppedNowAsync(cancellationToken).ConfigureAwait(false);
        }

        UpgradeRecord added;
        try
        {
            // Nodes may remember orders of a database that is no more: theirs has to be the lower number.
            var seen = _fleet.HighestFence(upgrade.Request.Targets.Select(target => target.Component));
            added = await store.AddAsync(upgrade with { Number = UpgradeRecord.NumberAbove(seen), KnownNodes = NodesOf(upgrade.Request) }, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeConflictException conflict)
        {
            throw new UpgradeRefusedException(conflict.IsKeyReused ? UpgradeRefusal.KeyReused : UpgradeRefusal.Busy, conflict.Message);
        }

        if (added.Id == upgrade.Id)
        {
            _running.Add(added.Id, added);
            OnChanged(added);
            await TryDriveAsync(added.Id, cancellationToken).ConfigureAwait(false);
        }

        return added;
    }

    /// <summary>Gives an upgrade an order, whoever drives it.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="who">Who orders.</param>
    /// <param name="order">Makes the next record of the present one; throws <see cref="UpgradeRefusedException"/>. Asked again when somebody else was faster.</param>
    /// <param name="goesForward">Whether it is refused while the line is stopped.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<UpgradeRecord> OrderAsync(
        string id, string who, Func<UpgradeRecord, DateTimeOffset, Decision.Change> order, bool goesForward, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            // As it is stored, and not as it was when it was looked at last: another may have given an order since.
            var upgrade = await RereadAsync(id, isTold: true, cancellationToken).ConfigureAwait(false)
                ?? throw new UpgradeRefusedException(UpgradeRefusal.Unknown, $"There is no upgrade {id}.");
            if (upgrade.HasEnded)
            {
                throw new UpgradeRefusedException(UpgradeRefusal.WrongState, $"The upgrade {id} has ended: {upgrade.State}.");
            }

            if (goesForward && upgrade.Request.RollsBack is null)
            {
                await ThrowIfLineStoppedNowAsync(cancellationToken).ConfigureAwait(false);
            }

            try
            {
                return await StoreAsync(upgrade, order(upgrade, time.GetUtcNow()), who, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeConflictException) when (tries < MostTries)
            {
                await _leases.CheckAsync(id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Stops the line: every upgrade that goes forward pauses, and none begins. Those that go back go on, and those that take an earlier one back.</summary>
    /// <returns>The upgrades that were paused.</returns>
    public async Task<IReadOnlyList<string>> StopLineAsync(string reason, string who, CancellationToken cancellationToken)
    {
        await store.WriteLineStopAsync(reason, new AuditEntry(time.GetUtcNow(), who, "line", LineStop is null ? "running" : "stopped", "stopped", reason), cancellationToken).ConfigureAwait(false);
        LineStop = reason;
        if (AreShared)
        {
            // Others may have begun some that are not known here yet.
            LookSoon();
            await LookIfDueAsync(cancellationToken).ConfigureAwait(false);
            LineStop ??= reason;
        }

        return await PauseAllAsync(who, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the line run again. What was paused stays so until it is resumed.</summary>
    public async Task RestartLineAsync(string why, string who, CancellationToken cancellationToken)
    {
        await store.WriteLineStopAsync(null, new AuditEntry(time.GetUtcNow(), who, "line", LineStop is null ? "running" : "stopped", "running", why), cancellationToken).ConfigureAwait(false);
        LineStop = null;
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
                await OrderAsync(upgrade.Id, who, PauseForLine, goesForward: false, cancellationToken).ConfigureAwait(false);
                paused.Add(upgrade.Id);
            }
            catch (UpgradeRefusedException)
            {
                // It turned around or ended meanwhile, by another's word.
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The line is stopped on record; whoever looks at the upgrade next pauses it before anything else.
                _stale.Add(upgrade.Id);
                LogNotAdvanced(logger, upgrade.Id, failure);
            }
        }

        return paused;
    }

    private Decision.Change PauseForLine(UpgradeRecord upgrade, DateTimeOffset now) => IsHeldByLine(upgrade)
        ? UpgradeTurns.Pause(upgrade, $"The line was stopped: {LineStop}", now)
        : throw new UpgradeRefusedException(UpgradeRefusal.WrongState, $"The upgrade {upgrade.Id} is {upgrade.State}.");

    private static bool IsHeldByLine(UpgradeRecord upgrade) =>
        upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Confirming && upgrade.Request.RollsBack is null;

    /// <summary>Takes the lease of an upgrade that was just added. Whoever fails at it leaves it to the next look, of whomever.</summary>
    private async Task TryDriveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            if (await _leases.TryTakeAsync(id, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogNotAdvanced(logger, id, failure);
        }

        LookSoon();
    }

    private IReadOnlyList<string> NodesOf(UpgradeRequest request) =>
    [
        .. _fleet.Nodes
            .Where(node => (request.Nodes.Count == 0 || request.Nodes.Contains(node.Node)) && node.Components.Any(one => request.Targets.Any(target => target.Component == one.Component)))
            .Select(node => node.Node),
    ];

    private async Task ThrowIfLineStoppedNowAsync(CancellationToken cancellationToken)
    {
        if (AreShared)
        {
            LineStop = await store.ReadLineStopAsync(cancellationToken).ConfigureAwait(false);
        }

        ThrowIfLineStopped();
    }

    private void ThrowIfLineStopped()
    {
        if (LineStop is { } reason)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.LineStopped, $"The line is stopped: {reason}. Let it run again first.");
        }
    }
}
