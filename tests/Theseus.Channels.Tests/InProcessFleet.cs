using Theseus.Fleet;

namespace Theseus.Channels.Tests;

/// <summary>A fleet within the process, where all is connected and read at once.</summary>
internal sealed class InProcessFleet : TestedFleet
{
    private readonly InProcessChannel _channel = new();

    public override Task<TestedReplica> ReplicaAsync() => Task.FromResult(new TestedReplica(_channel, _channel, (_, _) => Task.CompletedTask));

    public override Task<TestedNode> NodeAsync(string name)
    {
        var end = _channel.Connect(name);
        return Task.FromResult(new TestedNode(name, end, end, (_, _) => Task.CompletedTask));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
