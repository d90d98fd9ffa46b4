using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests.Members;

/// <summary>What outlives a process: the releases that are confirmed, and the fences that were seen.</summary>
internal sealed class MemberDisk(ReleaseId release)
{
    public Dictionary<string, ReleaseId> Releases { get; } = new(StringComparer.Ordinal) { [MemberWorld.Component] = release };

    public Dictionary<string, long> Fences { get; } = new(StringComparer.Ordinal);

    public ReleaseId Has => Releases[MemberWorld.Component];
}

/// <summary>A process that goes by a node's name, with the product's own desk on a simulated host. Does about its name what a node's agent does.</summary>
internal sealed class MemberProcess : IFenceStore
{
    private readonly ComponentDesk _desk;
    private readonly DateTimeOffset _startedAt;
    private readonly Action<NodeReport> _report;
    private readonly string _domain;
    private long _sequence;
    private long _claim;

    public MemberProcess(string name, string incarnation, MemberDisk disk, Random random, TimeProvider clock, Faults faults, Action<NodeReport> report)
    {
        (Name, Incarnation, Disk, _report) = (name, incarnation, disk, report);
        _domain = $"domain{name[^1] % 2}";
        _startedAt = clock.GetUtcNow();
        Host = new SimulatedHost(random, clock, faults, disk.Releases);
        _desk = new ComponentDesk(MemberWorld.Component, Host, this, clock, Report);
    }

    public string Name { get; }

    public string Incarnation { get; }

    public MemberDisk Disk { get; }

    public SimulatedHost Host { get; }

    /// <summary>Whether it reports and takes tasks.</summary>
    public bool IsNode { get; private set; } = true;

    /// <summary>Whether it is one that goes on whatever it is told of its name: it hangs, or reads nothing.</summary>
    public bool IsDeaf { get; set; }

    public void Report() => Report(isLeaving: false);

    /// <summary>Dies without a word.</summary>
    public void Kill() => (IsNode, Host.IsDead) = (false, true);

    /// <summary>Ends as it should, with a word.</summary>
    public void End()
    {
        Report(isLeaving: true);
        Kill();
    }

    public void Take(NodeTask task)
    {
        if (!IsNode || (task.Incarnation.Length > 0 && task.Incarnation != Incarnation))
        {
            return;
        }

        switch (task.Kind)
        {
            case NodeTaskKind.Leave:
                if (!IsDeaf)
                {
                    // What a host does that is no node any more is nothing to this world.
                    Kill();
                }

                break;
            case NodeTaskKind.Join:
                _claim = Math.Max(task.Claim, _claim);
                Report();
                break;
            default:
                _desk.Take(task);
                break;
        }
    }

    long IFenceStore.Read(string component) => Disk.Fences.GetValueOrDefault(component);

    void IFenceStore.Write(string component, long fence) => Disk.Fences[component] = fence;

    private void Report(bool isLeaving)
    {
        if (IsNode)
        {
            _report(new NodeReport
            {
                Node = Name,
                Incarnation = Incarnation,
                Claim = _claim,
                StartedAt = _startedAt,
                Sequence = ++_sequence,
                Heartbeat = MemberWorld.Heartbeat,
                FailureDomain = _domain,
                IsLeaving = isLeaving,
                Components = [_desk.Describe()],
            });
        }
    }
}
