using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Theseus.Control.Analysis;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control;

/// <summary>
/// Asks for upgrades, shows their plans before they run, steers them while they do, and tells what became of them. Runs
/// them as long as <see cref="RunAsync"/> does. Thread-safe.
/// </summary>
/// <remarks>An order returns when it is on record; what it leads to on the nodes is seen by <see cref="FindAsync"/> and <see cref="WatchAsync"/>.</remarks>
public sealed partial class RuntimeUpgradeManager
{
    private readonly IUpgradeStore _store;
    private readonly IEvidenceStore? _evidence;
    private readonly WaveMetrics? _metrics;
    private readonly IFeasibility _feasibility;
    private readonly TimeProvider _time;
    private readonly UpgradeDriver _driver;
    private readonly UpgradeWatchers _watchers = new();
    private readonly Pulse _reported = new();

    /// <summary>Makes a manager.</summary>
    /// <param name="store">Where upgrades are kept.</param>
    /// <param name="channel">The way to the nodes.</param>
    /// <param name="judge">Who judges waves.</param>
    /// <param name="feasibility">Who looks whether an upgrade is possible.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="driving">How it shares its store with other control planes; null where it is the only one.</param>
    public RuntimeUpgradeManager(
        IUpgradeStore store, IFleetChannel channel, IWaveJudge judge, IFeasibility feasibility, TimeProvider time, ILoggerFactory loggers, UpgradeDriving? driving = null)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        _store = store;
        _evidence = driving?.Evidence;
        _metrics = driving?.Metrics;
        _feasibility = feasibility;
        _time = time;
        _driver = new UpgradeDriver(store, channel, judge, feasibility, time, loggers.CreateLogger<UpgradeDriver>(), driving) { OnChanged = _watchers.Tell, OnReported = _reported.Beat };
    }

    /// <summary>What upgrades have nodes do, counted since this process started.</summary>
    public NodeTaskTally NodeTasks => _driver.NodeTasks;

    /// <summary>Runs upgrades until it is cancelled: those that are asked for, and those that an earlier process left.</summary>
    /// <param name="cancellationToken">Ends it. Upgrades stay where they are, and go on at the next start.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _driver.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _watchers.End();
            _reported.Beat();
        }
    }

    /// <summary>Shows what an upgrade would be: whether it is possible, and its plan. Nothing is stored, and nothing begins.</summary>
    /// <param name="request">What would be asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<UpgradePreview> PlanAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        ThrowIfInvalid(request);
        var nodes = await GetNodesAsync(cancellationToken).ConfigureAwait(false);
        var found = await _feasibility.CheckAsync(request, nodes, cancellationToken).ConfigureAwait(false);
        if (found.Problems.Count > 0)
        {
            return new UpgradePreview(null, found.Problems, found.Findings);
        }

        var plan = UpgradePlanner.Plan(request, found.Moves, component => found.Nodes[component]);
        plan = await _driver.OnLoopAsync((upgrades, _) => Task.FromResult(upgrades.Forecast(plan)), cancellationToken).ConfigureAwait(false);
        return new UpgradePreview(plan, found.Problems, found.Findings);
    }

    /// <summary>All that an upgrade was judged by so far; null when there is no such upgrade, or it has no plan.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>The evidence of upgrades that ended long ago is removed; there is none then.</remarks>
    public async Task<JudgementFile?> ReadJudgementAsync(string id, CancellationToken cancellationToken)
    {
        var upgrade = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        return upgrade is null ? null : JudgementFile.Of(upgrade, _evidence is null ? [] : await _evidence.ReadAsync(id, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Has an upgrade stand still where it is.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="UpgradeRefusedException">There is no such upgrade, or where it stands the order makes no sense.</exception>
    public Task<UpgradeRecord> PauseAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        OrderAsync(id, who, (upgrade, now) => UpgradeOrders.Pause(upgrade, why, now), goesForward: false, cancellationToken);

    /// <summary>Has a paused upgrade go on. The wave that it stands in is watched anew.</summary>
    /// <inheritdoc cref="PauseAsync"/>
    public Task<UpgradeRecord> ResumeAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        OrderAsync(id, who, (upgrade, now) => UpgradeOrders.Resume(upgrade, why, now), goesForward: true, cancellationToken);

    /// <summary>Ends the wave that is being watched, as passed.</summary>
    /// <inheritdoc cref="PauseAsync"/>
    public Task<UpgradeRecord> PromoteAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        OrderAsync(id, who, (upgrade, now) => UpgradeOrders.Promote(upgrade, why, now), goesForward: true, cancellationToken);

    /// <summary>Ends an upgrade whose release has had no calls yet.</summary>
    /// <inheritdoc cref="PauseAsync"/>
    public Task<UpgradeRecord> CancelAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        OrderAsync(id, who, (upgrade, now) => UpgradeOrders.Cancel(upgrade, why, now), goesForward: false, cancellationToken);

    /// <summary>Has every node go back to the release from before the upgrade.</summary>
    /// <inheritdoc cref="PauseAsync"/>
    public Task<UpgradeRecord> RollBackAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        OrderAsync(id, who, (upgrade, now) => UpgradeOrders.RollBack(upgrade, why, now), goesForward: false, cancellationToken);

    /// <summary>Approves a plan that waits for it.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="digest">The digest of the plan that was looked at.</param>
    /// <param name="who">Who approves: not the one who asked.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="UpgradeRefusedException">It does not wait for an approval, its plan is another one, or who approves is who asked.</exception>
    public Task<UpgradeRecord> ApproveAsync(string id, string digest, string who, string why, CancellationToken cancellationToken) => OrderAsync(
        id,
        who,
        (upgrade, now) => upgrade.Request.RequestedBy == who
            ? throw new UpgradeRefusedException(UpgradeRefusal.OwnRequest, $"{who} asked for this upgrade; somebody else has to approve it.")
            : UpgradeOrders.Approve(upgrade, digest, why, now),
        goesForward: true,
        cancellationToken);

    /// <summary>Stops the line: every upgrade that goes forward pauses at once, and none begins. Those that go back go on.</summary>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record and for whoever is refused.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The upgrades that were paused.</returns>
    public Task<IReadOnlyList<string>> StopTheLineAsync(string who, string why, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        return _driver.OnLoopAsync((upgrades, token) => upgrades.StopLineAsync(why, who, token), cancellationToken);
    }

    /// <summary>Lets the line run again. What was paused stays so until it is resumed.</summary>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task RestartTheLineAsync(string who, string why, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        return _driver.OnLoopAsync(
            async (upgrades, token) =>
            {
                await upgrades.RestartLineAsync(why, who, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Why the line is stopped; null while it runs.</summary>
    public Task<string?> GetLineStopAsync(CancellationToken cancellationToken) => _store.ReadLineStopAsync(cancellationToken);

    /// <summary>The nodes' newest reports.</summary>
    public Task<IReadOnlyList<NodeReport>> GetNodesAsync(CancellationToken cancellationToken) =>
        _driver.OnLoopAsync<IReadOnlyList<NodeReport>>((upgrades, _) => Task.FromResult<IReadOnlyList<NodeReport>>([.. upgrades.Nodes]), cancellationToken);

    /// <summary>Waits until the nodes are as they are wanted to be. They are looked at now, and after each report.</summary>
    /// <param name="holds">What is waited for, of the nodes' newest reports.</param>
    /// <param name="cancellationToken">Gives up: without it the wait may have no end.</param>
    /// <returns>The reports as they were found.</returns>
    public Task<IReadOnlyList<NodeReport>> WaitForNodesAsync(Func<IReadOnlyList<NodeReport>, bool> holds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return _reported.WaitForAsync(token => new ValueTask<IReadOnlyList<NodeReport>>(GetNodesAsync(token)), holds, cancellationToken);
    }

    /// <summary>The upgrades that have not ended, by number.</summary>
    public Task<IReadOnlyList<UpgradeRecord>> GetRunningAsync(CancellationToken cancellationToken) => _store.ReadRunningAsync(cancellationToken);

    /// <summary>How many upgrades there were and what came of them, since the beginning of the record.</summary>
    public async Task<UpgradeStatistics> GetStatisticsAsync(CancellationToken cancellationToken) =>
        new(await _store.CountAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Finds an upgrade; null when there is none of that id.</summary>
    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => _store.FindAsync(id, cancellationToken);

    /// <summary>The upgrades, the newest first.</summary>
    /// <param name="before">Only those with a lower number; null for the newest of all.</param>
    /// <param name="count">How many at most, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<UpgradeRecord>> GetHistoryAsync(long? before, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _store.ReadNewestAsync(before, count, cancellationToken);
    }

    /// <summary>
    /// Tells of changes as they are stored. Each is complete in itself: of a reader that is slow, older ones are dropped.
    /// Ends when <see cref="RunAsync"/> has.
    /// </summary>
    /// <param name="id">Only of one upgrade, which is told at once as it stands, and to its end; null for all.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    public async IAsyncEnumerable<UpgradeRecord> WatchAsync(string? id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is asked for is asked for after the watching began, so that no change falls in between.
        using var watching = _watchers.Begin(id);
        var told = 0L;
        if (id is not null && await FollowAsync(id, cancellationToken).ConfigureAwait(false) is { } present)
        {
            told = present.Revision;
            yield return present;
            if (present.HasEnded)
            {
                yield break;
            }
        }

        await foreach (var change in watching.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (id is null || change.Revision > told)
            {
                yield return change;
                if (id is not null && change.HasEnded)
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>Begins to watch all upgrades at once, where <see cref="WatchAsync"/> does so when it is first read.</summary>
    internal UpgradeWatchers.Watching BeginWatching() => _watchers.Begin(upgrade: null);

    /// <summary>Waits for an upgrade's end.</summary>
    /// <param name="id">The upgrade.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="UpgradeRefusedException">There is no such upgrade.</exception>
    /// <exception cref="ChannelClosedException">The control plane is ending; the upgrade goes on when it is back.</exception>
    public async Task<UpgradeRecord> WaitForEndAsync(string id, CancellationToken cancellationToken)
    {
        UpgradeRecord? last = null;
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is not null)
        {
            await foreach (var change in WatchAsync(id, cancellationToken).ConfigureAwait(false))
            {
                last = change;
            }
        }

        return last switch
        {
            null => throw new UpgradeRefusedException(UpgradeRefusal.Unknown, $"There is no upgrade {id}."),
            { HasEnded: false } => throw new ChannelClosedException($"The control plane is ending, and the upgrade {id} goes on when it is back. Wait for it again then."),
            _ => last,
        };
    }

    /// <summary>Finds an upgrade, so that whatever another control plane does to it from now on is told here too.</summary>
    private Task<UpgradeRecord?> FollowAsync(string id, CancellationToken cancellationToken) => _driver.AreShared
        ? _driver.OnLoopAsync((upgrades, token) => upgrades.FollowAsync(id, token), cancellationToken)
        : _store.FindAsync(id, cancellationToken);

    private Task<UpgradeRecord> OrderAsync(
        string id, string who, Func<UpgradeRecord, DateTimeOffset, Decision.Change> order, bool goesForward, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        return _driver.OnLoopAsync((upgrades, token) => upgrades.OrderAsync(id, who, order, goesForward, token), cancellationToken);
    }

    private void ThrowIfInvalid(UpgradeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var faults = RequestRules.Faults(request).ToList();
        if (_metrics?.HasPrometheus != true && request.Parameters?.Judging.Metrics?.FirstOrDefault(metric => metric?.Source == MetricSource.Prometheus) is { } unknown)
        {
            faults.Add($"The metric '{unknown.Name}' is asked of a Prometheus, and this control plane knows none. Name one when it starts: 'theseus serve --prometheus ADDRESS'.");
        }

        if (faults.Count > 0)
        {
            throw new UpgradeRefusedException(UpgradeRefusal.Invalid, string.Join(" ", faults)) { Faults = faults };
        }
    }
}

/// <summary>What an upgrade would be. Immutable.</summary>
/// <param name="Plan">Its plan; null when it is not possible.</param>
/// <param name="Problems">Why it is not possible; empty when it is.</param>
/// <param name="Findings">What else was found, in words.</param>
public sealed record UpgradePreview(UpgradePlan? Plan, IReadOnlyList<string> Problems, IReadOnlyList<string> Findings);
