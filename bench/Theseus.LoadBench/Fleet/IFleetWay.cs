using Theseus.Fleet;

namespace Theseus.LoadBench.Fleet;

/// <summary>How a control plane and nodes reach each other, and what the control plane stores in.</summary>
internal interface IFleetWay : IAsyncDisposable
{
    /// <summary>The control plane's end.</summary>
    IFleetChannel Control { get; }

    /// <summary>The control plane's database; null for its own file.</summary>
    string? Store { get; }

    /// <summary>A node's end.</summary>
    INodeChannel Connect(string node);
}

/// <summary>Within the process, and SQLite.</summary>
internal sealed class InProcessWay : IFleetWay
{
    private readonly InProcessChannel _channel = new();

    public IFleetChannel Control => _channel;

    public string? Store => null;

    public INodeChannel Connect(string node) => _channel.Connect(node);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
