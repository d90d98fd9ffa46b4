using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Fleet;
using Theseus.RabbitMq;
using Theseus.Servers;

namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>The product's channel: a control plane's end and those of the nodes. Messages are made, written, read and checked as they are in use.</summary>
internal sealed class ChannelTaskPath : ITaskPath
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskWindow _window = new();
    private readonly RabbitFleetChannel _control;
    private readonly List<RabbitNodeChannel> _nodes = [];
    private readonly List<Task> _reading = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _heard = new(StringComparer.Ordinal);

    private ChannelTaskPath(RabbitServer server, RabbitVirtualHost host)
    {
        var options = new RabbitOptions { Host = "127.0.0.1", Port = server.Port, VirtualHost = host.Name, User = host.User, Password = host.Password, SendTimeout = TimeSpan.FromMinutes(1) };
        _control = new RabbitFleetChannel(options, TimeProvider.System, NullLogger<RabbitFleetChannel>.Instance);
        _reading.Add(Task.Run(ReadAnswersAsync));
        for (var i = 0; i < TaskLoad.Nodes; i++)
        {
            var node = new RabbitNodeChannel(options, TaskLoad.NodeOf(i), TimeProvider.System, NullLogger<RabbitNodeChannel>.Instance);
            _nodes.Add(node);
            _reading.Add(Task.Run(() => AnswerAsync(node)));
        }
    }

    public static async Task<ChannelTaskPath> StartAsync(RabbitServer server, RabbitVirtualHost host)
    {
        var path = new ChannelTaskPath(server, host);
        // A node's queue is there as soon as the node reads; until then nothing reaches it.
        using var deadline = new CancellationTokenSource(TaskLoad.Deadline, TimeProvider.System);
        while (path._heard.Count < TaskLoad.Nodes)
        {
            for (var i = 0; i < TaskLoad.Nodes; i++)
            {
                await path._control.SendAsync(TaskLoad.Batch(TaskLoad.NodeOf(i), 0), deadline.Token);
            }

            await Task.Delay(s_look, TimeProvider.System, deadline.Token);
        }

        return path;
    }

    public Task RunAsync(int tasks, int inEach) => _window.RunAsync(tasks / inEach, number => _control.SendAsync(TaskLoad.Batch(TaskLoad.NodeOf(number), inEach), CancellationToken.None).AsTask());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _control.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReadAnswersAsync()
    {
        await foreach (var read in _control.ReadAnswersAsync(_stop.Token))
        {
            foreach (var one in read)
            {
                if (one.Answers.Count == 0)
                {
                    _heard[one.Node] = true;
                }
                else
                {
                    _window.Answered();
                }
            }
        }
    }

    private async Task AnswerAsync(RabbitNodeChannel node)
    {
        using var room = new SemaphoreSlim(TaskLoad.Unconfirmed);
        await foreach (var batch in node.ReadAssignmentsAsync(_stop.Token))
        {
            await room.WaitAsync(_stop.Token);
            _ = SendAsync(TaskLoad.Answers(batch));
        }

        async Task SendAsync(AssignmentAnswers answers)
        {
            await node.AnswerAsync(answers, CancellationToken.None);
            room.Release();
        }
    }
}
