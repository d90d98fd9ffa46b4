using System.Collections.Concurrent;
using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>A node with the product's own desks, which takes a task when a test says so, and never by itself.</summary>
internal sealed class OrderedNode : IFenceStore
{
    private readonly Dictionary<string, ReleaseId> _disk;
    private readonly Dictionary<string, long> _fences = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<NodeTask> _waiting = new();
    private readonly TimeProvider _time;
    private Dictionary<string, ComponentDesk> _desks = [];
    private DateTimeOffset _startedAt;
    private int _incarnation;
    private long _sequence;

    public OrderedNode(string name, IEnumerable<string> components, ReleaseId release, TimeProvider time)
    {
        (Name, _time) = (name, time);
        _disk = components.ToDictionary(one => one, _ => release);
        Restart();
    }

    public string Name { get; }

    public InstantHost Host { get; private set; } = null!;

    public bool HasWork => !_waiting.IsEmpty;

    /// <summary>The process ends and another begins: what is confirmed and the fences stay, what was under way does not.</summary>
    public void Restart()
    {
        _waiting.Clear();
        (_incarnation, _sequence, _startedAt) = (_incarnation + 1, 0, _time.GetUtcNow());
        Host = new InstantHost(_disk);
        _desks = _disk.Keys.ToDictionary(one => one, one => new ComponentDesk(one, Host, this, _time, () => { }));
    }

    public void Send(NodeTask task) => _waiting.Enqueue(task);

    public void DoNext()
    {
        if (_waiting.TryDequeue(out var task))
        {
            _desks[task.Component].Take(task);
        }
    }

    public void LoseNext() => _waiting.TryDequeue(out _);

    public NodeReport Report() => new()
    {
        Node = Name,
        Incarnation = $"{_incarnation}",
        StartedAt = _startedAt,
        Sequence = ++_sequence,
        FailureDomain = Name,
        Components = [.. _desks.Values.Select(desk => desk.Describe())],
    };

    /// <summary>What the node is, seen from above.</summary>
    public ComponentReport Truth(string component) => Host.Describe(component);

    long IFenceStore.Read(string component) => _fences.GetValueOrDefault(component);

    void IFenceStore.Write(string component, long fence) => _fences[component] = fence;
}
