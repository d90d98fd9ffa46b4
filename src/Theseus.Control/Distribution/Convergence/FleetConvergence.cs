using Microsoft.Extensions.Logging;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>
/// Brings nodes that were away while upgrades went on, and nodes that joined, to what the upgrades left: tells each what it
/// should be (<see cref="Level"/>), a few at a time, until it reports it. Remembers nothing that matters: what is to be done
/// follows from the upgrades' records and the nodes' reports. Thread-safe.
/// </summary>
/// <remarks>Components that are being upgraded are left alone until that has ended; nodes that drain, until they do not. While the line is stopped nothing is brought forward.</remarks>
public sealed partial class FleetConvergence
{
    /// <summary>How many nodes are under way at once, so that a domain that comes back does not swap all that it has at one moment.</summary>
    private const int MostAtOnce = 4;

    private const int ReadAtOnce = 20;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    private readonly IUpgradeStore _store;
    private readonly INodeDirectory _nodes;
    private readonly TimeProvider _time;
    private readonly ILogger<FleetConvergence> _logger;
    private readonly TaskSender _sender;

    // Of the loop alone. When each node was begun with, so that one that does not get there does not hold up the others.
    private readonly Dictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _processes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<UpgradeRecord>> _landed = new(StringComparer.Ordinal);
    private string _landedAt = "";
    private IReadOnlyList<ConvergingNode> _converging = [];

    /// <summary>Makes one.</summary>
    /// <param name="store">The upgrades.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="channel">The way to them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    public FleetConvergence(IUpgradeStore store, INodeDirectory nodes, IFleetChannel channel, TimeProvider time, ILogger<FleetConvergence> logger)
    {
        (_store, _nodes, _time, _logger) = (store, nodes, time, logger);
        _sender = new TaskSender(channel, time);
    }

    /// <summary>The nodes that are not yet what they should be, and can be told: those under way, and those that wait for their turn.</summary>
    public IReadOnlyList<ConvergingNode> Nodes => Volatile.Read(ref _converging);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(false);
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
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Looks once, and tells nodes what they have to be told. One at a time.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var open = _nodes.Nodes.Where(node => node.IsOpen && node.Report is not null).ToList();
        var running = await _store.ReadRunningAsync(cancellationToken).ConfigureAwait(false);
        var busy = running.SelectMany(upgrade => upgrade.Request.Targets.Select(target => target.Component)).ToHashSet(StringComparer.Ordinal);
        var isStopped = await _store.ReadLineStopAsync(cancellationToken).ConfigureAwait(false) is not null;
        await ForgetWhatIsOldAsync(cancellationToken).ConfigureAwait(false);
        var (tasks, converging) = (new List<NodeTask>(), new List<ConvergingNode>());
        foreach (var node in open)
        {
            if (_processes.GetValueOrDefault(node.Name) != node.Incarnation)
            {
                // Another process does not know what the one before was told.
                _processes[node.Name] = node.Incarnation;
                _sender.ForgetNode(node.Name);
            }

            foreach (var report in node.Report!.Components.Where(one => !busy.Contains(one.Component)))
            {
                var level = Level.Of(await LandedAsync(report.Component, cancellationToken).ConfigureAwait(false), report.Component, node.Name);
                if (level?.TaskFor(node.Name, report) is not { } task || (isStopped && task.Kind == NodeTaskKind.Confirm))
                {
                    continue;
                }

                tasks.Add(task);
                if (task.Kind != NodeTaskKind.Report)
                {
                    var problem = report.ResultOf(task.Id) is { Outcome: NodeTaskOutcome.Failed } failed ? $"{failed.Reason}: {failed.Detail}" : "";
                    converging.Add(new(node.Name, report.Component, level.Upgrade.Id, report.Confirmed, level.Wanted, problem));
                }
            }
        }

        Tell(converging);
        await _sender.SendAsync(Chosen(tasks), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is sent now: what costs nothing, and the work of a few nodes. Of a node one component at a time.</summary>
    private List<NodeTask> Chosen(List<NodeTask> tasks)
    {
        var now = _time.GetUtcNow();
        var work = tasks.Where(task => task.Kind != NodeTaskKind.Report).DistinctBy(task => task.Node).ToList();
        var waiting = work.Select(task => task.Node).ToHashSet(StringComparer.Ordinal);
        foreach (var ended in _begun.Keys.Where(node => !waiting.Contains(node)).ToList())
        {
            _begun.Remove(ended);
        }

        var inTime = work.Where(task => _begun.TryGetValue(task.Node, out var since) && now - since < task.Deadline).ToList();
        // Those that had their time and are not there yet come last, in the order in which they had it.
        var next = work.Except(inTime).OrderBy(task => _begun.GetValueOrDefault(task.Node)).Take(Math.Max(0, MostAtOnce - inTime.Count)).ToList();
        next.ForEach(task => _begun[task.Node] = now);
        return [.. tasks.Where(task => task.Kind == NodeTaskKind.Report), .. inTime, .. next];
    }

    private void Tell(List<ConvergingNode> converging)
    {
        var known = Nodes;
        foreach (var one in converging.Where(one => known.All(other => (other.Node, other.Component, other.Upgrade) != (one.Node, one.Component, one.Upgrade))))
        {
            LogFound(_logger, one.Node, one.Component, one.Has?.ToString() ?? "nothing", one.Wanted.ToString(), one.Upgrade);
        }

        foreach (var one in converging.Where(one => one.Problem.Length > 0 && !known.Contains(one)))
        {
            LogFailed(_logger, one.Node, one.Component, one.Wanted.ToString(), one.Problem);
        }

        Volatile.Write(ref _converging, converging);
    }

    /// <summary>What upgrades left changes when one ends, and how many have ended in each way changes with it.</summary>
    private async Task ForgetWhatIsOldAsync(CancellationToken cancellationToken)
    {
        var counts = await _store.CountAsync(cancellationToken).ConfigureAwait(false);
        var at = string.Join(' ', counts.Where(one => UpgradeStates.IsEnd(one.Key)).OrderBy(one => one.Key).Select(one => $"{one.Key}={one.Value}"));
        if (at != _landedAt)
        {
            _landed.Clear();
            _landedAt = at;
        }
    }

    /// <summary>The newest upgrades of a component that changed something, back to the newest one that was meant for all nodes.</summary>
    private async Task<IReadOnlyList<UpgradeRecord>> LandedAsync(string component, CancellationToken cancellationToken)
    {
        if (_landed.TryGetValue(component, out var known))
        {
            return known;
        }

        var found = new List<UpgradeRecord>();
        IReadOnlyList<UpgradeRecord> part;
        do
        {
            part = await _store.ReadLandedAsync(component, found.Count == 0 ? null : found[^1].Number, ReadAtOnce, cancellationToken).ConfigureAwait(false);
            found.AddRange(part);
        }
        while (part.Count == ReadAtOnce && found.All(upgrade => upgrade.Request.Nodes.Count > 0));
        return _landed[component] = found;
    }

    [LoggerMessage(3201, LogLevel.Warning, "Node '{Node}' has {Has} of '{Component}', and is brought to {Wanted}, which the upgrade {Upgrade} left while it was away")]
    private static partial void LogFound(ILogger logger, string node, string component, string has, string wanted, string upgrade);

    [LoggerMessage(3202, LogLevel.Error, "Node '{Node}' could not be brought to '{Component}' {Wanted}; it is tried again. {Problem}")]
    private static partial void LogFailed(ILogger logger, string node, string component, string wanted, string problem);

    [LoggerMessage(3203, LogLevel.Error, "It could not be looked which nodes are not what they should be; it is tried again")]
    private static partial void LogNotLooked(ILogger logger, Exception failure);
}
