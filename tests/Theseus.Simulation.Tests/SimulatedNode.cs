using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests;

/// <summary>A node with the product's own desks on a simulated host. May be killed and started again; its disk stays.</summary>
internal sealed class SimulatedNode : IFenceStore
{
    private readonly Dictionary<string, ReleaseId> _disk;
    private readonly Dictionary<string, long> _fences = new(StringComparer.Ordinal);
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly Faults _faults;
    private readonly Action<NodeReport> _report;
    private Dictionary<string, ComponentDesk> _desks = [];
    private DateTimeOffset _startedAt;
    private int _incarnation;
    private long _sequence;

    public SimulatedNode(string name, string domain, Dictionary<string, ReleaseId> disk, Random random, TimeProvider time, Faults faults, Action<NodeReport> report)
    {
        (Name, Domain, _disk, _random, _time, _faults, _report) = (name, domain, disk, random, time, faults, report);
        Start();
    }

    public string Name { get; }

    public string Domain { get; }

    public bool ForgetsFences { get; init; }

    public SimulatedHost? Host { get; private set; }

    /// <summary>Whether the release ever got calls, in any incarnation.</summary>
    public HashSet<ReleaseId> Called { get; } = [];

    public void Start()
    {
        if (Host is not null)
        {
            return;
        }

        _incarnation++;
        if (ForgetsFences)
        {
            _fences.Clear();
        }

        _sequence = 0;
        _startedAt = _time.GetUtcNow();
        Host = new SimulatedHost(_random, _time, _faults, _disk);
        _desks = _disk.Keys.ToDictionary(one => one, one => new ComponentDesk(one, Host, this, _time, Report));
        Report();
    }

    public void Kill()
    {
        if (Host is { } host)
        {
            Called.UnionWith(host.Called);
            host.IsDead = true;
            Host = null;
        }
    }

    public void Take(NodeTask task)
    {
        if (Host is not null)
        {
            _desks[task.Component].Take(task);
        }
    }

    public void Report()
    {
        if (Host is not { } host)
        {
            return;
        }

        Called.UnionWith(host.Called);
        _report(new NodeReport
        {
            Node = Name,
            Incarnation = $"{_incarnation}",
            StartedAt = _startedAt,
            Sequence = ++_sequence,
            FailureDomain = Domain,
            Components = [.. _desks.Values.Select(desk => desk.Describe())],
        });
    }

    /// <summary>What the node is, seen from above the network.</summary>
    public ComponentReport? Truth(string component) => Host?.Describe(component);

    public ReleaseId OnDisk(string component) => _disk[component];

    long IFenceStore.Read(string component) => _fences.GetValueOrDefault(component);

    void IFenceStore.Write(string component, long fence) => _fences[component] = fence;
}
