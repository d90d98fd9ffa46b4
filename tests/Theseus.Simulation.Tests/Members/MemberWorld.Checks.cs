using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests.Members;

/// <content>What has to hold.</content>
internal sealed partial class MemberWorld
{
    // Processes that had a name and lost it.
    private readonly HashSet<string> _fenced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);

    // Since when a process says nothing any more; and since when all count anew, whoever was silent before.
    private readonly Dictionary<string, DateTimeOffset> _endedAt = new(StringComparer.Ordinal);
    private DateTimeOffset _excusedAt;
    private HashSet<MemberDisk> _planned = [];

    /// <summary>A process that lost its name is not heard, and who has it is the one that was heard.</summary>
    private void CheckTaken(NodeReport report, bool counts)
    {
        if (!counts)
        {
            return;
        }

        Assert.True(!_fenced.Contains(report.Incarnation), $"{report.Node}: {report.Incarnation} lost the name, and is heard again.");
        Assert.Equal(report.Incarnation, _members.Find(report.Node)!.Incarnation);
        _fenced.UnionWith(_processes.Where(one => one.Name == report.Node && one.Incarnation != report.Incarnation && _had.Contains(one.Incarnation)).Select(one => one.Incarnation));
        _had.Add(report.Incarnation);
    }

    private readonly HashSet<string> _had = new(StringComparer.Ordinal);

    /// <summary>What is sent is not for a process that lost its name.</summary>
    private void CheckSent(NodeTask task)
    {
        if (task.Kind is not (NodeTaskKind.Join or NodeTaskKind.Leave))
        {
            Assert.All(_processes.Where(one => one.Name == task.Node && _fenced.Contains(one.Incarnation)), one =>
                Assert.True(task.Incarnation.Length > 0 && task.Incarnation != one.Incarnation, $"{one.Incarnation} lost the name {one.Name}, and is sent {task.Id}."));
        }
    }

    /// <summary>Who dies is called lost after four heartbeats, and the time that a last word and a look may take.</summary>
    private void CheckNoticed()
    {
        var counted = _members.Nodes.Where(node => node.State is NodeState.Alive or NodeState.Suspect).ToList();
        if (counted.Count > 1 && counted.TrueForAll(node => node.State == NodeState.Suspect))
        {
            // The way to them may be broken: then nobody is lost at first.
            _excusedAt = _time.GetUtcNow() + Heartbeat;
        }

        var longest = (Heartbeat * _options.LostAfter) + TimeSpan.FromMilliseconds(_faults.LongestDelayMilliseconds) + _options.Look;
        foreach (var node in _members.Nodes.Where(node => _byIncarnation.GetValueOrDefault(node.Incarnation) is { IsNode: false }))
        {
            var since = _endedAt.TryAdd(node.Incarnation, _time.GetUtcNow() - s_step) ? _time.GetUtcNow() - s_step : _endedAt[node.Incarnation];
            var silent = _time.GetUtcNow() - (since > _excusedAt ? since : _excusedAt);
            Assert.True(silent <= longest || node.State is NodeState.Lost or NodeState.Left, $"{node.Name} {node.Incarnation} is dead since {since:HH:mm:ss}, and {node.State}.");
        }
    }

    /// <summary>A wave goes on without as many nodes as it may lose, and with one more it does not.</summary>
    private void CheckLostNodes(UpgradeRecord upgrade)
    {
        // Whoever resumes it has it go on without those that it stands without.
        if (!_wasResumed && upgrade.Plan is { } plan && upgrade.State is UpgradeState.Preparing or UpgradeState.InProgress)
        {
            Assert.All(upgrade.Plan!.Waves.Take(upgrade.Wave + 1), wave =>
            {
                var without = upgrade.LeftOut.Count(one => wave.Nodes.Contains(one.Node));
                Assert.True(without <= plan.LostNodes.AtMostOf(wave.Nodes.Count()), $"{upgrade.Id} goes on without {without} of a wave's nodes; it may lose {plan.LostNodes}.");
            });
        }
    }

    /// <summary>What an upgrade found at its old release has one of its two.</summary>
    private void CheckReleases()
    {
        if (_upgrade is { HasEnded: false, Plan.Moves: [var move] })
        {
            Assert.All(_planned, disk => Assert.True(disk.Has == move.From || disk.Has == move.To, $"{disk.Has} is neither {move.From} nor {move.To}."));
        }
    }

    private bool IsLevel() => _convergence.Nodes.Count == 0 && Level().All(one => one.Node is { State: NodeState.Alive } && one.Node.Incarnation == one.Process.Incarnation && one.Process.Disk.Has == _wanted && one.Process.Host.Describe(Component).Trial is null);

    /// <summary>The nodes that are there, and that nobody wants to be left alone.</summary>
    private IEnumerable<(NodeStatus Node, MemberProcess Process)> Level() =>
        _newest.Values.Where(one => one.IsNode && !_fenced.Contains(one.Incarnation)).Select(one => (Node: _members.Find(one.Name)!, Process: one)).Where(one => one.Node is not { IsDraining: true });

    private void CheckLevel() => Assert.All(Level(), one =>
    {
        Assert.True(one.Node is { State: NodeState.Alive } && one.Node.Incarnation == one.Process.Incarnation, $"{one.Process.Name}: {one.Process.Incarnation} is alive and the newest, and {one.Node?.Incarnation ?? "nobody"} has the name, {one.Node?.State}.");
        Assert.True(one.Process.Disk.Has == _wanted, $"{one.Process.Name} has {one.Process.Disk.Has}, and should have {_wanted}.");
        Assert.Null(one.Process.Host.Describe(Component).Trial);
    });
}
