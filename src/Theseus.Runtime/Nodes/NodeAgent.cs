using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;

namespace Theseus.Runtime.Nodes;

/// <summary>Who a node is.</summary>
internal sealed record NodeIdentity
{
    public required string Name { get; init; }

    public string FailureDomain { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public long MemoryBytes { get; init; }

    public int Processors { get; init; } = Environment.ProcessorCount;

    /// <summary>The kinds of distributed tasks that it has handlers for.</summary>
    public IReadOnlyList<string> TaskKinds { get; init; } = [];

    /// <summary>How many distributed tasks it carries out at once.</summary>
    public int TaskSlots { get; init; }

    /// <summary>The time between two reports when nothing happens.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Makes a host a node: carries out the tasks that come by its channel, and reports after each change and at intervals.</summary>
internal sealed partial class NodeAgent
{
    private static readonly TimeSpan s_longestGoodbye = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestReturn = TimeSpan.FromMinutes(5);

    private readonly NodeIdentity _identity;
    private readonly INodeEngine _engine;
    private readonly INodeChannel _channel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, ComponentDesk> _desks;
    private readonly string _incarnation = Guid.NewGuid().ToString("n");
    private readonly DateTimeOffset _startedAt;

    // One token means that there is something to report; more say nothing more.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _sequence;
    private long _claim;

    public NodeAgent(NodeIdentity identity, INodeEngine engine, IFenceStore fences, INodeChannel channel, TimeProvider time, ILogger logger)
    {
        _identity = identity;
        _engine = engine;
        _channel = channel;
        _time = time;
        _logger = logger;
        _startedAt = time.GetUtcNow();
        _desks = engine.Components.ToDictionary(
            component => component,
            component => new ComponentDesk(component, engine, fences, time, () => _changed.Writer.TryWrite(true)),
            StringComparer.Ordinal);
    }

    /// <summary>Names this process among those that have the node's name one after another.</summary>
    public string Incarnation => _incarnation;

    /// <summary>
    /// Runs until it is cancelled; then lets what is under way end. When the name turns out to be another process's, it ends
    /// by itself, without a word more: the host serves on with what it has confirmed, and is no node.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(ending);
        try
        {
            while (!ending.IsCancellationRequested)
            {
                await ReportAsync(ending.Token).ConfigureAwait(false);
                await WaitAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }

        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(_desks.Values.Select(desk => desk.StopAsync())).ConfigureAwait(false);
        await SayGoodbyeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the name up. What failed on the way back to what is confirmed is for the host's operator to see, and no reason not to leave.</summary>
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        LogNameLost(_logger, _identity.Name);
        using var deadline = new CancellationTokenSource(s_longestReturn, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await Task.WhenAll(_desks.Values.Select(desk => desk.LeaveAsync(either.Token))).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotReturned(_logger, _identity.Name, failure.Message);
        }
    }

    /// <summary>So that the control plane does not plan with a node that is no more. Nobody waits for it: one that just dies says nothing either.</summary>
    private async Task SayGoodbyeAsync()
    {
        using var deadline = new CancellationTokenSource(s_longestGoodbye, _time);
        try
        {
            await _channel.ReportAsync(Report() with { IsLeaving = true }, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNoGoodbye(_logger, _identity.Name, failure.Message);
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _channel.ReportAsync(Report(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The loop's boundary: the next report makes good for it.
            LogNotReported(_logger, _identity.Name, failure);
        }
    }

    private NodeReport Report() => new()
    {
        Node = _identity.Name,
        Incarnation = _incarnation,
        Claim = Interlocked.Read(ref _claim),
        StartedAt = _startedAt,
        Sequence = ++_sequence,
        Heartbeat = _identity.Heartbeat,
        FailureDomain = _identity.FailureDomain,
        Labels = _identity.Labels,
        MemoryBytes = _identity.MemoryBytes,
        Processors = _identity.Processors,
        TaskKinds = _identity.TaskKinds,
        TaskSlots = _identity.TaskSlots,
        Process = _engine.ReadProcess(),
        Components = [.. _desks.Values.Select(desk => desk.Describe())],
    };

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_changed.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(_identity.Heartbeat, _time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        // Taken before the report is made, so that a change during it leads to another one.
        _changed.Reader.TryRead(out _);
    }

    /// <summary>Reads tasks until it is cancelled, or the name is another process's: then it cancels what goes beside it.</summary>
    private async Task ReadAsync(CancellationTokenSource ending)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await ReadToEndAsync(ending).ConfigureAwait(false);
            }
            catch (Exception failure) when (!ending.IsCancellationRequested)
            {
                // The loop's boundary: a node that reports and hears nothing would be taken for one that can be upgraded.
                LogNotRead(_logger, _identity.Name, failure);
                await Task.Delay(s_pause, _time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadToEndAsync(CancellationTokenSource ending)
    {
        await foreach (var task in _channel.ReadTasksAsync(ending.Token).ConfigureAwait(false))
        {
            // Two processes with one name may read from one queue, and what was meant for a process before may come late.
            if (task.Incarnation.Length > 0 && task.Incarnation != _incarnation)
            {
                continue;
            }

            switch (task.Kind)
            {
                case NodeTaskKind.Leave when task.Incarnation == _incarnation:
                    await ending.CancelAsync().ConfigureAwait(false);
                    return;
                case NodeTaskKind.Join:
                    Interlocked.Exchange(ref _claim, Math.Max(task.Claim, Interlocked.Read(ref _claim)));
                    _changed.Writer.TryWrite(true);
                    break;
                default:
                    Take(task);
                    break;
            }
        }

        // The way itself gave the name to another one, within one process. Cancelled, it does not come to here.
        await ending.CancelAsync().ConfigureAwait(false);
    }

    private void Take(NodeTask task)
    {
        if (!_desks.TryGetValue(task.Component, out var desk))
        {
            LogUnknownComponent(_logger, task.Component, _identity.Name);
            return;
        }

        try
        {
            desk.Take(task);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Not obeyed: what cannot be remembered could be undone by an older message after a restart. It comes again.
            LogFenceNotStored(_logger, task.Component, failure.Message);
        }
    }

    [LoggerMessage(1301, LogLevel.Error, "Component '{Component}': a task was not begun, since its fence could not be stored: {Problem}")]
    private static partial void LogFenceNotStored(ILogger logger, string component, string problem);

    [LoggerMessage(1303, LogLevel.Warning, "Node '{Node}' could not say that it leaves: {Problem}")]
    private static partial void LogNoGoodbye(ILogger logger, string node, string problem);

    [LoggerMessage(1302, LogLevel.Warning, "A task for component '{Component}' was passed over: node '{Node}' has no such component")]
    private static partial void LogUnknownComponent(ILogger logger, string component, string node);

    [LoggerMessage(1306, LogLevel.Error, "Node '{Node}' could not read its tasks; it begins anew")]
    private static partial void LogNotRead(ILogger logger, string node, Exception failure);

    [LoggerMessage(1307, LogLevel.Error, "Node '{Node}' could not report; it reports again after its heartbeat")]
    private static partial void LogNotReported(ILogger logger, string node, Exception failure);

    [LoggerMessage(1304, LogLevel.Error, "Another process has the name of node '{Node}', or the node was removed: this process is no node any more, and serves on with what it has confirmed. Give each process a name of its own, and start this one again.")]
    private static partial void LogNameLost(ILogger logger, string node);

    [LoggerMessage(1305, LogLevel.Error, "Node '{Node}' is no node any more, and not all of its components are back at what they have confirmed: {Problem}")]
    private static partial void LogNotReturned(ILogger logger, string node, string problem);
}
