using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Distribution;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Server;

namespace Theseus.Acceptance.Tests;

/// <summary>A control plane, and hosts that have handlers for tasks and have joined it, all in this process: SQLite, the in-process channel.</summary>
internal sealed class WorkFleet : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-tasks-").FullName;
    private readonly InProcessChannel _channel = new();
    private readonly Dictionary<string, (IHost Host, Link Link)> _hosts = [];
    private readonly Action<ControlPlaneOptions> _configure;

    private WorkFleet(Action<ControlPlaneOptions>? configure) => _configure = configure ?? (_ => { });

    public ControlPlane Plane { get; private set; } = null!;

    public TaskDistributor Tasks => Plane.Tasks;

    public static async Task<WorkFleet> StartAsync(Action<ControlPlaneOptions>? configure = null)
    {
        var fleet = new WorkFleet(configure);
        await fleet.StartPlaneAsync();
        return fleet;
    }

    /// <summary>A host that joins, with the handlers that it is given.</summary>
    public async Task AddNodeAsync(string name, Action<TheseusBuilder> addHandlers, Action<NodeOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var link = new Link(_channel.Connect(name));
        var theseus = builder.AddTheseus(options => options.OperatorEndpoint = false).JoinFleet(link, node =>
        {
            node.Name = name;
            node.Heartbeat = TimeSpan.FromMilliseconds(200);
            configure?.Invoke(node);
        });
        addHandlers(theseus);
        var host = builder.Build();
        await host.StartAsync();
        _hosts[name] = (host, link);
        await UntilAsync(() => Tasks.Nodes.Any(node => node.Name == name && node.IsOpen));
    }

    /// <summary>Stops a host in good order.</summary>
    public async Task StopNodeAsync(string name)
    {
        _hosts.Remove(name, out var gone);
        await gone.Host.StopAsync();
        gone.Host.Dispose();
    }

    /// <summary>Cuts a host off: it goes on, hears nothing and is not heard of.</summary>
    public void CutOff(string name) => _hosts[name].Link.Cut();

    /// <summary>Ends the control plane and starts another on the same database.</summary>
    public async Task RestartPlaneAsync()
    {
        await Plane.DisposeAsync();
        await StartPlaneAsync();
    }

    public Task<DistributedTask> EndOfAsync(string task) => Tasks.WaitForEndAsync(task, default).WaitAsync(Deadline);

    /// <summary>Waits for what no event tells of.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds())
        {
            await look.WaitForNextTickAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (host, _) in _hosts.Values)
        {
            await host.StopAsync();
            host.Dispose();
        }

        await Plane.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPlaneAsync()
    {
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(_folder, "control") };
        _configure(options);
        Plane = await ControlPlane.StartAsync(options, _channel, time: null, NullLoggerFactory.Instance, default);
    }

    /// <summary>A node's way, which can be cut.</summary>
    private sealed class Link(InProcessNodeChannel end) : INodeChannel, INodeAssignmentChannel
    {
        private volatile bool _isCut;

        public void Cut() => _isCut = true;

        public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken) => _isCut ? default : end.ReportAsync(report, cancellationToken);

        public ValueTask AnswerAsync(AssignmentAnswers answers, CancellationToken cancellationToken) => _isCut ? default : end.AnswerAsync(answers, cancellationToken);

        public async IAsyncEnumerable<NodeTask> ReadTasksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var task in end.ReadTasksAsync(cancellationToken))
            {
                if (!_isCut)
                {
                    yield return task;
                }
            }
        }

        public async IAsyncEnumerable<AssignmentBatch> ReadAssignmentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var batch in end.ReadAssignmentsAsync(cancellationToken))
            {
                if (!_isCut)
                {
                    yield return batch;
                }
            }
        }
    }
}
