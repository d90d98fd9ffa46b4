using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>
/// The nodes of the fleet, as one control plane sees them: reads all reports, has the store decide who has a name, passes on
/// what counts (<see cref="Channel"/>), and tells by its own monotonic clock who is silent for too long. Thread-safe: one
/// thing at a time, in turn; who looks sees a whole picture that is replaced by the next.
/// </summary>
/// <remarks>
/// <para>
/// Silence is the node's only when the control plane was there to hear. After its own start it gives every known node the
/// full time. When it was held up itself, so that a look comes late by more than a heartbeat, the time of each node begins
/// anew, for their reports may be waiting. When several nodes are known and none is heard of, all are suspected and none is
/// lost, up to <see cref="MembershipOptions.LongestDoubt"/>; with the first report after that the time of each begins anew.
/// </para>
/// <para>Each control plane judges silence for itself: what they share, and what the store decides, is who has a name.</para>
/// </remarks>
public sealed partial class FleetMembership : INodeDirectory, INodeRegistration
{
    private readonly INodeStore _store;
    private readonly IFleetChannel _channel;
    private readonly MembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FleetMembership> _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly NewestReports _accepted = new();

    // Both are written in turn only. The second is what others see of the first.
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, NodeStatus> _seen = ImmutableSortedDictionary.Create<string, NodeStatus>(StringComparer.Ordinal);
    private long _lookedAt;
    private long _refreshedAt;
    private bool _isCutOff;

    private FleetMembership(INodeStore store, IFleetChannel channel, MembershipOptions options, TimeProvider time, ILogger<FleetMembership> logger)
    {
        (_store, _channel, _options, _time, _logger) = (store, channel, options, time, logger);
        Channel = new MemberChannel(this, channel, _accepted);
        _lookedAt = _refreshedAt = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public event Action<NodeStatus>? Changed;

    /// <summary>The way to the nodes for all others: gives the reports that count, to one reader, and sends tasks to the process that has the node's name.</summary>
    public IFleetChannel Channel { get; }

    /// <inheritdoc/>
    public IReadOnlyList<NodeStatus> Nodes => [.. Volatile.Read(ref _seen).Values];

    /// <summary>Reads which nodes are known.</summary>
    /// <param name="store">Where nodes are kept.</param>
    /// <param name="channel">The way to the nodes. Nobody else may read reports from it.</param>
    /// <param name="options">When a node is no longer counted on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public static async Task<FleetMembership> OpenAsync(
        INodeStore store, IFleetChannel channel, MembershipOptions options, TimeProvider time, ILogger<FleetMembership> logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        var members = new FleetMembership(store, channel, options, time, logger);
        members.Merge(await store.ReadAllAsync(cancellationToken).ConfigureAwait(false));
        return members;
    }

    /// <inheritdoc/>
    public NodeStatus? Find(string name) => Volatile.Read(ref _seen).GetValueOrDefault(name);

    /// <summary>Reads reports and watches over nodes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Whichever ends first, by a fault of the channel, takes the other along: silence that nobody hears is no nodes'.
            var looking = WatchAsync(ending.Token);
            var reading = ReadAsync(ending.Token);
            await Task.WhenAny(looking, reading).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(looking, reading).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes a report in.</summary>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it counts: it is the newest word of the process that has the node's name.</returns>
    public async Task<bool> TakeAsync(NodeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (NodeRules.Faults(report) is { Count: > 0 } faults)
        {
            LogRefused(_logger, string.Join(" ", faults));
            return false;
        }

        return await InTurnAsync(() => TakeInTurnAsync(report, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks who was not heard of for too long, and at times what other control planes decided.</summary>
    public Task LookAsync(CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            Look();
            if (_time.GetElapsedTime(_refreshedAt) >= _options.Refresh)
            {
                _refreshedAt = _time.GetTimestamp();
                Merge(await _store.ReadAllAsync(cancellationToken).ConfigureAwait(false));
            }

            return true;
        },
        cancellationToken);

    private async Task<bool> TakeInTurnAsync(NodeReport report, CancellationToken cancellationToken)
    {
        var member = _members.GetValueOrDefault(report.Node);
        if (member is null || member.Record.Incarnation != report.Incarnation || !NodeClaims.SaysTheSame(member.Record, report))
        {
            var claim = await _store.ClaimAsync(report, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            if (claim.Outcome != NodeClaimOutcome.Has)
            {
                // Said again with each of its reports, for it may be lost; and another one who reads the same way passes it over.
                var isOffered = claim.Outcome == NodeClaimOutcome.Offered;
                LogNotItsName(_logger, report.Node, report.Incarnation, isOffered ? "is asked to show that it is alive" : "is told that the name is not its own any more");
                await _channel.SendAsync(isOffered ? NodeTask.ToJoin(report.Node, report.Incarnation, claim.Offer) : NodeTask.ToLeave(report.Node, report.Incarnation), cancellationToken).ConfigureAwait(false);
                return false;
            }

            member ??= _members[report.Node] = new Member(claim.Node);
            if (member.Record.Incarnation != report.Incarnation)
            {
                LogJoined(_logger, report.Node, report.Incarnation, claim.Node.Claim);
            }

            member.Record = claim.Node;
        }

        if (member.Report is { } known && known.Incarnation == report.Incarnation && report.Sequence <= known.Sequence)
        {
            return false;
        }

        if (_isCutOff)
        {
            _isCutOff = false;
            Excuse();
        }

        report = report with { Claim = member.Record.Claim };
        (member.Report, member.HeardAt, member.Heard) = (report, _time.GetUtcNow(), _time.GetTimestamp());
        Show(member, report.IsLeaving ? NodeState.Left : NodeState.Alive);
        _accepted.Put(report);
        return true;
    }

    private void Look()
    {
        var isLate = _time.GetElapsedTime(_lookedAt) > _options.Look + _options.Heartbeat;
        _lookedAt = _time.GetTimestamp();
        if (isLate)
        {
            Excuse();
            return;
        }

        var counted = Counted().Select(member => (Member: member, State: NodeLiveness.Of(member.Report?.Heartbeat ?? default, _time.GetElapsedTime(member.Heard), _options))).ToList();
        var isCutOff = counted.Count > 1 && counted.All(one => one.State != NodeState.Alive);
        if (isCutOff && !_isCutOff)
        {
            LogCutOff(_logger, counted.Count, _options.LongestDoubt);
        }

        _isCutOff = isCutOff;
        foreach (var (member, state) in counted)
        {
            var isDoubted = isCutOff && state == NodeState.Lost && _time.GetElapsedTime(member.Heard) < _options.LongestDoubt;
            // What was not heard of since the start is not called alive by its silence.
            Show(member, isDoubted || (state == NodeState.Alive && member.State == NodeState.Suspect) ? NodeState.Suspect : state);
        }
    }

    /// <summary>Those whose silence means something.</summary>
    private IEnumerable<Member> Counted() => _members.Values.Where(member => member.State is NodeState.Alive or NodeState.Suspect);

    private void Excuse()
    {
        foreach (var member in Counted())
        {
            member.Heard = _time.GetTimestamp();
        }
    }

    /// <summary>Takes in what is kept: what others decided too.</summary>
    private void Merge(IReadOnlyList<NodeRecord> records)
    {
        foreach (var record in records)
        {
            var member = _members.GetValueOrDefault(record.Name);
            if (record.IsRemoved)
            {
                Drop(member);
                continue;
            }

            member ??= _members[record.Name] = new Member(record) { State = record.Claim > 0 ? NodeState.Suspect : NodeState.Lost, HeardAt = _time.GetUtcNow(), Heard = _time.GetTimestamp() };
            member.Record = record;
            Show(member, member.State);
        }
    }

    private void Drop(Member? member)
    {
        if (member is null)
        {
            return;
        }

        _members.Remove(member.Record.Name);
        Volatile.Write(ref _seen, _seen.Remove(member.Record.Name));
        if (member.Report is { } last)
        {
            // So that whoever follows the reports plans without it.
            _accepted.Put(last with { Sequence = last.Sequence + 1, IsLeaving = true });
        }

        Changed?.Invoke(member.ToStatus() with { State = NodeState.Left });
    }

    /// <summary>Has others see a member as it is, and tells of what changed.</summary>
    private void Show(Member member, NodeState state)
    {
        if (state != member.State && state != NodeState.Alive)
        {
            LogState(_logger, member.Record.Name, state, member.HeardAt);
        }

        member.State = state;
        var status = member.ToStatus();
        var before = _seen.GetValueOrDefault(status.Name);
        Volatile.Write(ref _seen, _seen.SetItem(status.Name, status));
        if (before is null || (before.State, before.Incarnation, before.IsDraining) != (status.State, status.Incarnation, status.IsDraining))
        {
            Changed?.Invoke(status);
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var report in _channel.ReadReportsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await TakeAsync(report, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary. The node reports again.
                LogNotTaken(_logger, report.Node, failure);
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_options.Look, _time, cancellationToken).ConfigureAwait(false);
            try
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary: the next look may go better.
                LogNotLooked(_logger, failure);
            }
        }
    }

    /// <summary>A node. Changed in turn only.</summary>
    private sealed class Member(NodeRecord record)
    {
        public NodeRecord Record { get; set; } = record;

        public NodeReport? Report { get; set; }

        public NodeState State { get; set; }

        public DateTimeOffset HeardAt { get; set; } = record.AddedAt;

        /// <summary>When it was heard of, or excused, by the monotonic clock.</summary>
        public long Heard { get; set; }

        public NodeStatus ToStatus() => new()
        {
            Name = Record.Name,
            State = State,
            IsDraining = Record.IsDraining,
            HeardAt = HeardAt,
            JoinedAt = Record.JoinedAt,
            Claim = Record.Claim,
            Incarnation = Record.Incarnation,
            FailureDomain = Record.FailureDomain,
            Labels = Record.Labels,
            Report = Report?.Incarnation == Record.Incarnation ? Report : null,
        };
    }

    [LoggerMessage(3101, LogLevel.Information, "Node '{Node}': the process {Incarnation} has the name, by claim {Claim}")]
    private static partial void LogJoined(ILogger logger, string node, string incarnation, long claim);

    [LoggerMessage(3102, LogLevel.Warning, "Node '{Node}': the process {Incarnation} goes by its name, which is another's; it {Told}")]
    private static partial void LogNotItsName(ILogger logger, string node, string incarnation, string told);

    [LoggerMessage(3103, LogLevel.Warning, "Node '{Node}' is {State}; it was heard of last at {HeardAt:O}")]
    private static partial void LogState(ILogger logger, string node, NodeState state, DateTimeOffset heardAt);

    [LoggerMessage(3104, LogLevel.Error, "None of {Nodes} nodes is heard of any more: the way to them may be broken. None is called lost for {Doubt}")]
    private static partial void LogCutOff(ILogger logger, int nodes, TimeSpan doubt);

    [LoggerMessage(3105, LogLevel.Warning, "A node's report was passed over. {Problem}")]
    private static partial void LogRefused(ILogger logger, string problem);

    [LoggerMessage(3106, LogLevel.Error, "A report of node '{Node}' could not be taken; it reports again")]
    private static partial void LogNotTaken(ILogger logger, string node, Exception failure);

    [LoggerMessage(3107, LogLevel.Error, "It could not be looked who was heard of; it is tried again")]
    private static partial void LogNotLooked(ILogger logger, Exception failure);
}
