using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;
using static Theseus.Control.Tests.Driving.Scenes;

namespace Theseus.Control.Tests.Distribution;

/// <summary>Who was away is brought to what the newest upgrade left for it; what an operator did by hand since is left alone.</summary>
public sealed class ConvergenceLaws : IDisposable
{
    private static readonly ReleaseId s_else = new("0.9.0", "d0");

    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly SqliteUpgradeStore _store;
    private readonly ManualTimeProvider _time = new();
    private readonly Told _told = new();
    private readonly Directory _nodes = new();
    private readonly FleetConvergence _convergence;

    public ConvergenceLaws()
    {
        _store = new SqliteUpgradeStore(_database);
        _convergence = new FleetConvergence(_store, _nodes, _told, _time, NullLogger<FleetConvergence>.Instance);
    }

    public void Dispose() => _database.Dispose();

    private static UpgradeRecord Ended(UpgradeState state, int number = 3, params string[] leftOut) => Upgrade(state, WavePhase.Retiring, wave: 1) with
    {
        Id = $"u{number}",
        Number = number,
        EndedAt = Start,
        LeftOut = [.. leftOut.Select(node => new LeftOutNode(node, Start, "is lost"))],
    };

    private static NodeTask? Task(UpgradeRecord upgrade, string node, ComponentReport report) => Level.Of([upgrade], "a", node)?.TaskFor(node, report);

    [Theory]
    [InlineData(UpgradeState.Completed, NodeTaskKind.Confirm)]
    [InlineData(UpgradeState.RolledBack, NodeTaskKind.Revert)]
    [InlineData(UpgradeState.RollbackFailed, NodeTaskKind.Revert)]
    public void WhoHasNotSeenTheUpgradeIsToldWhatItLeft(UpgradeState state, NodeTaskKind kind)
    {
        var upgrade = Ended(state);
        var has = state == UpgradeState.Completed ? Old : New;

        var task = Task(upgrade, "node9", Report(confirmed: has, fence: upgrade.Fence - 1))!;

        Assert.Equal((kind, "a", upgrade.Id, Old, New, upgrade.Fence + 1), (task.Kind, task.Component, task.Upgrade, task.From, task.To, task.Fence));
        // Whatever else it has, and however long ago it saw anything.
        Assert.Equal(kind, Task(upgrade, "node9", Report(confirmed: s_else, fence: 0))!.Kind);
    }

    [Fact]
    public void WhoSawTheUpgradeAndDiffersIsItsOperatorsOwnDoing()
    {
        var upgrade = Ended(UpgradeState.Completed);

        Assert.Null(Task(upgrade, "node1", Report(confirmed: s_else, fence: upgrade.Fence)));
    }

    [Fact]
    public void ButNotForANodeThatTheUpgradeEndedWithout()
    {
        var upgrade = Ended(UpgradeState.Completed, leftOut: "node1");

        Assert.Equal(NodeTaskKind.Confirm, Task(upgrade, "node1", Report(trial: New, fence: upgrade.Fence))!.Kind);
        Assert.Null(Task(upgrade, "node2", Report(confirmed: s_else, fence: upgrade.Fence)));
    }

    [Fact]
    public void WhoIsUnderWayIsToldUntilItIsThereAndLeftAloneFromThenOn()
    {
        var upgrade = Ended(UpgradeState.Completed);
        var first = Task(upgrade, "node9", Report(fence: 0))!;

        // It has stored the fence, and was killed before it did what it was told: whoever looks next knows.
        Assert.Equal(first, Task(upgrade, "node9", Report(fence: first.Fence)));
        var level = Task(upgrade, "node9", Report(confirmed: New, fence: first.Fence))!;
        Assert.Equal((NodeTaskKind.Report, true), (level.Kind, level.Fence > first.Fence));
        Assert.Null(Task(upgrade, "node9", Report(confirmed: s_else, fence: level.Fence)));
        // The next upgrade has its own fences, above all of these.
        Assert.True(Ended(UpgradeState.Completed, number: 4).Fence > level.Fence);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void WhatANodeStillHasOnTrialOrStagedOfAnUpgradeThatWentBackIsTakenBack(bool onTrial, bool staged)
    {
        var upgrade = Ended(UpgradeState.RolledBack);

        Assert.Equal(NodeTaskKind.Revert, Task(upgrade, "node1", Report(trial: onTrial ? New : null, staged: staged ? New : null, fence: upgrade.Fence - 1))!.Kind);
    }

    [Fact]
    public void AnUpgradeOfNamedNodesSaysNothingOfOthers()
    {
        var all = Ended(UpgradeState.Completed);
        var some = Ended(UpgradeState.RolledBack, number: 4);
        some = some with { Request = some.Request with { Nodes = ["node1"] } };

        Assert.Equal("u4", Level.Of([some, all], "a", "node1")!.Upgrade.Id);
        Assert.Equal("u3", Level.Of([some, all], "a", "node2")!.Upgrade.Id);
        Assert.Null(Level.Of([some], "a", "node2"));
    }

    [Fact]
    public async Task WhoIsBackGetsThereAndIsSeenUntilThen()
    {
        var upgrade = await AddAsync(Ended(UpgradeState.Completed));
        _nodes.Set("node1", Report());

        await _convergence.LookAsync(default);

        var task = Assert.Single(_told.Tasks);
        Assert.Equal(("node1", NodeTaskKind.Confirm), (task.Node, task.Kind));
        Assert.Equal(new("node1", "a", upgrade.Id, Old, New, ""), Assert.Single(_convergence.Nodes));
        _nodes.Set("node1", Report(fence: task.Fence, results: new NodeTaskResult(task.Id, NodeTaskOutcome.Failed, "LoadFailed", "no room")));
        await _convergence.LookAsync(default);
        Assert.Equal("LoadFailed: no room", Assert.Single(_convergence.Nodes).Problem);
        _time.Advance(TimeSpan.FromSeconds(10));
        await _convergence.LookAsync(default);
        Assert.Equal(2, _told.Tasks.Count(one => one == task));

        _nodes.Set("node1", Report(confirmed: New, fence: task.Fence));
        await _convergence.LookAsync(default);
        Assert.Equal(NodeTaskKind.Report, _told.Tasks[^1].Kind);
        Assert.Empty(_convergence.Nodes);
    }

    [Fact]
    public async Task AFewGoAtOnceAndWhoCannotDoItHoldsUpNobody()
    {
        await AddAsync(Ended(UpgradeState.Completed));
        for (var i = 1; i <= 6; i++)
        {
            _nodes.Set($"node{i}", Report());
        }

        await _convergence.LookAsync(default);
        await _convergence.LookAsync(default);
        Assert.Equal(["node1", "node2", "node3", "node4"], _told.Tasks.Select(task => task.Node));
        // Each had its time, and none came anywhere.
        _time.Advance(TimeSpan.FromSeconds(40));
        await _convergence.LookAsync(default);

        Assert.Equal(["node5", "node6"], _told.Tasks.Skip(4).Select(task => task.Node).Order(StringComparer.Ordinal).TakeLast(2));
    }

    [Fact]
    public async Task NobodyIsToldWhileTheComponentIsUpgradedTheLineIsStoppedOrTheNodeCannotBeCountedOn()
    {
        await AddAsync(Ended(UpgradeState.Completed));
        _nodes.Set("node1", Report());
        var running = await AddAsync(Upgrade(UpgradeState.Preparing) with { Id = "u4", Number = 0 });
        await _convergence.LookAsync(default);
        Assert.Empty(_told.Tasks);

        await _store.UpdateAsync(running with { State = UpgradeState.Failed, Revision = 3 }, Entry, [], default);
        await _store.WriteLineStopAsync("fire", Entry, default);
        await _convergence.LookAsync(default);
        Assert.Empty(_told.Tasks);

        await _store.WriteLineStopAsync(null, Entry, default);
        _nodes.Set("node1", Report(), status => status with { IsDraining = true });
        await _convergence.LookAsync(default);
        _nodes.Set("node1", Report(), status => status with { State = NodeState.Suspect });
        await _convergence.LookAsync(default);
        Assert.Empty(_told.Tasks);

        _nodes.Set("node1", Report());
        await _convergence.LookAsync(default);
        Assert.Single(_told.Tasks);
    }

    [Fact]
    public async Task AnUpgradeThatEndsMeanwhileCountsFromThenOn()
    {
        _nodes.Set("node1", Report());
        await _convergence.LookAsync(default);
        Assert.Empty(_told.Tasks);

        await AddAsync(Ended(UpgradeState.Completed));
        await _convergence.LookAsync(default);

        Assert.Single(_told.Tasks);
    }

    private static AuditEntry Entry => new(Start, "test", "u", "", "", "");

    /// <summary>Puts an upgrade on record as it comes there: begun first, and then, where it has, ended.</summary>
    private async Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade)
    {
        var added = await _store.AddAsync(upgrade with { State = UpgradeState.Pending, EndedAt = null, Revision = 1 }, Entry, default);
        var next = upgrade with { Number = added.Number, Revision = 2 };
        await _store.UpdateAsync(next, Entry, [], default);
        return next;
    }

    private sealed class Told : IFleetChannel
    {
        public List<NodeTask> Tasks { get; } = [];

        public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
        {
            Tasks.Add(task);
            return ValueTask.CompletedTask;
        }

        public IAsyncEnumerable<NodeReport> ReadReportsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Directory : INodeDirectory
    {
        private readonly SortedDictionary<string, NodeStatus> _nodes = new(StringComparer.Ordinal);

        public event Action<NodeStatus>? Changed;

        public IReadOnlyList<NodeStatus> Nodes => [.. _nodes.Values];

        public NodeStatus? Find(string name) => _nodes.GetValueOrDefault(name);

        public void Set(string name, ComponentReport component, Func<NodeStatus, NodeStatus>? change = null)
        {
            var report = new NodeReport { Node = name, Incarnation = "p", StartedAt = Start, Sequence = 1, Components = [component] };
            var status = new NodeStatus { Name = name, State = NodeState.Alive, HeardAt = Start, Incarnation = "p", Report = report };
            _nodes[name] = change?.Invoke(status) ?? status;
            Changed?.Invoke(_nodes[name]);
        }
    }
}
