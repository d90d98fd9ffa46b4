using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Tasks;

namespace Theseus.Runtime.Nodes;

/// <summary>Runs a host's node agent from when its components have started until they are about to be stopped.</summary>
internal sealed class NodeService(
    INodeChannel channel, NodeOptions options, ComponentHost host, TaskHandlers handlers, TimeProvider time, ILogger<NodeAgent> logger) : IHostedLifecycleService
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopWork = new();
    private Task _running = Task.CompletedTask;
    private Task _working = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var identity = new NodeIdentity
        {
            Name = options.Name,
            FailureDomain = options.FailureDomain,
            Labels = options.Labels,
            MemoryBytes = options.MemoryBytes,
            Heartbeat = options.Heartbeat,
            TaskKinds = handlers.Kinds,
            TaskSlots = handlers.Kinds.Count > 0 ? options.TaskSlots : 0,
        };
        var fences = new FenceFiles(Path.Combine(host.DataFolder, "fences"), host.Files);
        var agent = new NodeAgent(identity, new EngineAtNode(host.Engine, host.Metrics, time), fences, channel, time, logger);
        if (identity.TaskSlots > 0)
        {
            var assignments = channel as INodeAssignmentChannel
                ?? throw new InvalidOperationException($"There are handlers for tasks ({string.Join(", ", handlers.Kinds)}), but tasks do not come by {channel.GetType().Name}. Join by a channel that is an {nameof(INodeAssignmentChannel)} too.");
            _working = new TaskDesk(options.Name, agent.Incarnation, handlers, identity.TaskSlots, assignments, time, logger).RunAsync(_stopWork.Token);
        }

        // Whoever has begun to look by options of his own knows better.
        if (options.TimeOneIn > 0 && host.Metrics.Collecting is null)
        {
            host.Metrics.StartCollection(new MetricsOptions { TimeOneIn = options.TimeOneIn });
        }

        _running = RunAsync(agent);
        return Task.CompletedTask;
    }

    private async Task RunAsync(NodeAgent agent)
    {
        await agent.RunAsync(_stop.Token).ConfigureAwait(false);
        // By itself, when the name is another process's: that one is given the tasks from now on.
        await _stopWork.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Before the components stop: a node that leaves takes no more tasks.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Its answers first: whoever hears that the node has left asks for none any more.
        await _stopWork.CancelAsync().ConfigureAwait(false);
        await _working.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
