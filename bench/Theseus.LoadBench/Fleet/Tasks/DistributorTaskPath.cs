using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Distribution;
using Theseus.RabbitMq;
using Theseus.Runtime;
using Theseus.Server;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>
/// The product as a whole: a control plane on PostgreSQL that stores each task before it answers for it, gives it to a real
/// host by the channel, and stores what came of it.
/// </summary>
internal sealed class DistributorTaskPath : ITaskPath
{
    private const string Kind = "orders.sum";
    private const int SlotsOfNode = 2_000;
    private const int Askers = 4;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-bench-").FullName;
    private readonly List<IHost> _hosts = [];
    private readonly List<RabbitNodeChannel> _channels = [];
    private RabbitFleetChannel _channel = null!;
    private ControlPlane _plane = null!;
    private long _done;
    private long _handled;

    public static async Task<DistributorTaskPath> StartAsync(PostgresServer database, RabbitServer server, RabbitVirtualHost host)
    {
        var path = new DistributorTaskPath();
        var rabbit = new RabbitOptions { Host = "127.0.0.1", Port = server.Port, VirtualHost = host.Name, User = host.User, Password = host.Password, SendTimeout = TimeSpan.FromMinutes(1) };
        path._channel = new RabbitFleetChannel(rabbit, TimeProvider.System, NullLogger<RabbitFleetChannel>.Instance);
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(path._folder, "control"), Store = await database.CreateDatabaseAsync() };
        path._plane = await ControlPlane.StartAsync(options, path._channel, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        for (var i = 0; i < TaskLoad.Nodes; i++)
        {
            await path.AddNodeAsync(rabbit, TaskLoad.NodeOf(i));
        }

        using var deadline = new CancellationTokenSource(TaskLoad.Deadline, TimeProvider.System);
        while (path._plane.Tasks.Nodes.Count(node => node.IsOpen) < TaskLoad.Nodes)
        {
            await Task.Delay(s_look, TimeProvider.System, deadline.Token);
        }

        return path;
    }

    public async Task RunAsync(int tasks, int inEach)
    {
        using var deadline = new CancellationTokenSource(TaskLoad.Deadline, TimeProvider.System);
        await Parallel.ForEachAsync(Enumerable.Range(0, tasks).Chunk(inEach), new ParallelOptions { MaxDegreeOfParallelism = Askers, CancellationToken = deadline.Token }, async (some, token) =>
        {
            var requests = some.Select(_ => new TaskRequest { Kind = Kind, Payload = TaskLoad.Payload, RequestedBy = "bench" });
            await _plane.Tasks.DistributeAsync([.. requests], token);
        });

        _done += tasks;
        // To count what is stored takes the database its time: not before there is something to find.
        while (Volatile.Read(ref _handled) < _done)
        {
            await Task.Delay(s_look, TimeProvider.System, deadline.Token);
        }

        while ((await _plane.Tasks.GetStatisticsAsync(deadline.Token)).ByState[TaskState.Completed] < _done)
        {
            await Task.Delay(s_look, TimeProvider.System, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        foreach (var channel in _channels)
        {
            await channel.DisposeAsync();
        }

        await _plane.DisposeAsync();
        await _channel.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AddNodeAsync(RabbitOptions rabbit, string name)
    {
        var channel = new RabbitNodeChannel(rabbit, name, TimeProvider.System, NullLogger<RabbitNodeChannel>.Instance);
        _channels.Add(channel);
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName });
        builder.AddTheseus(theseus => theseus.OperatorEndpoint = false)
            .AddTaskHandler(Kind, (_, _) =>
            {
                Interlocked.Increment(ref _handled);
                return Task.FromResult(TaskLoad.Result);
            })
            .JoinFleet(channel, node => (node.Name, node.TaskSlots) = (name, SlotsOfNode));
        var host = builder.Build();
        await host.StartAsync();
        _hosts.Add(host);
    }
}
