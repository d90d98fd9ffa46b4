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

    /// <summary>The time between two reports when nothing happens.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Makes a host a node: carries out the tasks that come by its channel, and reports after each change and at intervals.</summary>
internal sealed partial class NodeAgent
{
    private static readonly TimeSpan s_longestGoodbye = TimeSpan.FromSeconds(2);

    private readonly NodeIdentity _identity;
    private readonly INodeChannel _channel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, ComponentDesk> _desks;
    private readonly string _incarnation = Guid.NewGuid().ToString("n");
    private readonly DateTimeOffset _startedAt;

    // One token means that there is something to report; more say nothing more.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _sequence;

    public NodeAgent(NodeIdentity identity, INodeEngine engine, IFenceStore fences, INodeChannel channel, TimeProvider time, ILogger logger)
    {
        _identity = identity;
        _channel = channel;
        _time = time;
        _logger = logger;
        _startedAt = time.GetUtcNow();
        _desks = engine.Components.ToDictionary(
            component => component,
            component => new ComponentDesk(component, engine, fences, time, () => _changed.Writer.TryWrite(true)),
            StringComparer.Ordinal);
    }

    /// <summary>Runs until it is cancelled; then lets what is under way end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reading = ReadAsync(cancellationToken);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await _channel.ReportAsync(Report(), cancellationToken).ConfigureAwait(false);
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_desks.Values.Select(desk => desk.StopAsync())).ConfigureAwait(false);
        await SayGoodbyeAsync().ConfigureAwait(false);
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

    private NodeReport Report() => new()
    {
        Node = _identity.Name,
        Incarnation = _incarnation,
        StartedAt = _startedAt,
        Sequence = ++_sequence,
        FailureDomain = _identity.FailureDomain,
        Labels = _identity.Labels,
        MemoryBytes = _identity.MemoryBytes,
        Processors = _identity.Processors,
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

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var task in _channel.ReadTasksAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_desks.TryGetValue(task.Component, out var desk))
            {
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
            else
            {
                LogUnknownComponent(_logger, task.Component, _identity.Name);
            }
        }
    }

    [LoggerMessage(1301, LogLevel.Error, "Component '{Component}': a task was not begun, since its fence could not be stored: {Problem}")]
    private static partial void LogFenceNotStored(ILogger logger, string component, string problem);

    [LoggerMessage(1303, LogLevel.Warning, "Node '{Node}' could not say that it leaves: {Problem}")]
    private static partial void LogNoGoodbye(ILogger logger, string node, string problem);

    [LoggerMessage(1302, LogLevel.Warning, "A task for component '{Component}' was passed over: node '{Node}' has no such component")]
    private static partial void LogUnknownComponent(ILogger logger, string component, string node);
}
