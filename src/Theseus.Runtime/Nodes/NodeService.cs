using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Runtime.Hosting;

namespace Theseus.Runtime.Nodes;

/// <summary>Runs a host's node agent from when its components have started until they are about to be stopped.</summary>
internal sealed class NodeService(INodeChannel channel, NodeOptions options, ComponentHost host, TimeProvider time, ILogger<NodeAgent> logger) : IHostedLifecycleService
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

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
        };
        var fences = new FenceFiles(Path.Combine(host.DataFolder, "fences"), host.Files);
        _running = new NodeAgent(identity, new EngineAtNode(host.Engine, time), fences, channel, time, logger).RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>Before the components stop: a node that leaves takes no more tasks.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
