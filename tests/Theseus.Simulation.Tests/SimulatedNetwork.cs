using System.Runtime.CompilerServices;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests;

/// <summary>Carries messages by timers of the world's clock: loses, doubles, delays and so reorders them.</summary>
internal sealed class SimulatedNetwork(Random random, TimeProvider time, Faults faults, Action<NodeTask> toNode, Action<NodeReport> toControl) : IFleetChannel
{
    private readonly HashSet<ITimer> _underWay = [];

    public int Sent { get; private set; }

    /// <summary>Told of each task as it is sent.</summary>
    public Action<NodeTask> OnSent { get; init; } = _ => { };

    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        OnSent(task);
        Carry(() => toNode(task));
        return ValueTask.CompletedTask;
    }

    public void Report(NodeReport report) => Carry(() => toControl(report));

    public async IAsyncEnumerable<NodeReport> ReadReportsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    private void Carry(Action deliver)
    {
        Sent++;
        var copies = random.NextDouble() < faults.Lost ? 0 : random.NextDouble() < faults.Doubled ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            var timer = time.CreateTimer(_ => deliver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.FromMilliseconds(random.Next(1, faults.LongestDelayMilliseconds + 1)), Timeout.InfiniteTimeSpan);
            _underWay.Add(timer);
        }
    }
}
