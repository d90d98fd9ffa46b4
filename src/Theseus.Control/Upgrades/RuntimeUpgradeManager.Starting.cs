using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control;

/// <content>How upgrades begin.</content>
public sealed partial class RuntimeUpgradeManager
{
    /// <summary>
    /// Asks for an upgrade. Returns when the request is on record; it is checked, planned and carried out from then on. Of
    /// one that is not possible the record says so.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Gives up waiting; the request may be on record all the same.</param>
    /// <returns>The upgrade; with a key that was used before, the one that was begun then.</returns>
    /// <exception cref="UpgradeRefusedException">The request is not one that could be carried out, a component is being upgraded, or the line is stopped.</exception>
    public async Task<UpgradeRecord> StartAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        ThrowIfInvalid(request);
        return await FindBegunAsync(request, cancellationToken).ConfigureAwait(false) ?? await AddAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks for an upgrade, and has looked whether it is possible before anything is on record: what is not is refused, and
    /// nothing is left of it. Where looking takes too long the request goes on record as by <see cref="StartAsync"/>. It is
    /// looked at again when it is planned, since things may have changed by then.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="within">How long looking may take; above zero.</param>
    /// <param name="cancellationToken">Gives up waiting; the request may be on record all the same.</param>
    /// <returns>The upgrade, and whether it is a new one: not when its key was used for it before.</returns>
    /// <exception cref="UpgradeRefusedException">The request could not be carried out, a component is being upgraded, the line is stopped, or it is not possible.</exception>
    public async Task<(UpgradeRecord Upgrade, bool IsNew)> StartCheckedAsync(UpgradeRequest request, TimeSpan within, CancellationToken cancellationToken)
    {
        ThrowIfInvalid(request);
        if (await FindBegunAsync(request, cancellationToken).ConfigureAwait(false) is { } begun)
        {
            return (begun, false);
        }

        try
        {
            if (await LookAsync(request, within, cancellationToken).ConfigureAwait(false) is { Problems.Count: > 0 } found)
            {
                throw new UpgradeRefusedException(found.Refusal, string.Join(" ", found.Problems)) { Faults = found.Problems };
            }

            var added = await AddAsync(request, cancellationToken).ConfigureAwait(false);
            return (added, ReferenceEquals(added.Request, request));
        }
        catch (UpgradeRefusedException) when (request.Key is not null)
        {
            // Sent twice at once, what holds it up may be its own upgrade.
            if (await FindBegunAsync(request, cancellationToken).ConfigureAwait(false) is not { } twin)
            {
                throw;
            }

            return (twin, false);
        }
    }

    /// <summary>The upgrade that a request had begun before, by its key: whatever holds new ones up, this one is not new.</summary>
    private async Task<UpgradeRecord?> FindBegunAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.Key is null ? null : await _store.FindByKeyAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeConflictException conflict)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.KeyReused, conflict.Message);
        }
    }

    /// <summary>The upgrade that was begun under a key, whatever the request was; null when there is none.</summary>
    internal async Task<UpgradeRecord?> FindByKeyAsync(string who, string key, CancellationToken cancellationToken)
    {
        try
        {
            var probe = new UpgradeRequest { Targets = [], Parameters = new ImmediateParameters(), RequestedBy = who, Key = key };
            return await _store.FindByKeyAsync(probe, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeConflictException begun) when (begun.IsKeyReused)
        {
            return await _store.FindAsync(begun.Upgrade, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks whether an upgrade is possible; null when that takes too long to be waited for.</summary>
    private async Task<Feasibility?> LookAsync(UpgradeRequest request, TimeSpan within, CancellationToken cancellationToken)
    {
        var nodes = await _driver.OnLoopAsync<IReadOnlyList<NodeReport>>(
            (upgrades, _) =>
            {
                upgrades.ThrowIfHeldUp(request);
                return Task.FromResult<IReadOnlyList<NodeReport>>([.. upgrades.Nodes]);
            },
            cancellationToken).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await _feasibility.CheckAsync(request, nodes, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<UpgradeRecord> AddAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("n");
        using var span = UpgradeTraces.Begin(id, string.Join(", ", request.Targets.Select(target => $"{target.Component} {target.Version}")));
        var upgrade = new UpgradeRecord { Id = id, Request = request, Since = now, RequestedAt = now, Trace = span?.Id };
        var what = string.Join(", ", request.Targets.Select(target => $"{target.Component} {target.Version}"));
        var entry = new AuditEntry(now, request.RequestedBy, upgrade.Id, "", nameof(UpgradeState.Pending), $"{request.Parameters.Strategy} upgrade to {what}. {request.Reason}".TrimEnd());
        return await _driver.OnLoopAsync((upgrades, token) => upgrades.AddAsync(upgrade, entry, token), cancellationToken).ConfigureAwait(false);
    }
}
