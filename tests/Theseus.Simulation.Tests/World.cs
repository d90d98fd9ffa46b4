using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Runtime.Nodes;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Simulation.Tests;

/// <summary>
/// A control plane, its database, a network and nodes, all on one thread and one clock: the same seed gives the same
/// course to the last message. The product's own parts decide; only hosts' code and the wires are simulated.
/// </summary>
internal sealed partial class World : IDisposable
{
    private static readonly ReleaseId s_old = new("1.0.0", "aa");
    private static readonly ReleaseId s_new = new("2.0.0", "bb");
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly Random _random;
    private readonly Faults _faults;
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly IUpgradeStore _store;
    private readonly SimulatedNetwork _network;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<UpgradeMove> _moves = [];
    private readonly bool _forgetsFences;
    private readonly int _joinsAt;
    private readonly int _leavesAt;
    private SimulatedNode? _leaver;

    /// <summary>Makes a world.</summary>
    /// <param name="seed">What happens in it.</param>
    /// <param name="forgetsFences">Whether its nodes forget at a restart which orders are void: a control that has to fail.</param>
    /// <param name="isRough">Whether late messages and restarts meet as often as can be.</param>
    /// <param name="planes">How many control planes there are on the one store.</param>
    /// <param name="overwrites">Whether the store takes a change whatever it is a change of: a control that has to fail.</param>
    public World(int seed, bool forgetsFences = false, bool isRough = false, int planes = 1, bool overwrites = false)
    {
        _random = new Random(seed);
        _forgetsFences = forgetsFences;
        _faults = isRough ? Faults.From(_random).Rough() : Faults.From(_random);
        _store = overwrites ? new OverwritingStore(new SqliteUpgradeStore(_database)) : new SqliteUpgradeStore(_database);
        _network = new SimulatedNetwork(_random, _time, _faults, task => _nodes.Find(node => node.Name == task.Node)!.Take(task), Hear);
        for (var i = 0; i < _random.Next(1, 3); i++)
        {
            _moves.Add(new UpgradeMove($"component{i}", s_old, s_new));
        }

        _planes = [.. Enumerable.Range(0, planes).Select(i => new SimulatedPlane($"plane{i}", _time))];
        StartPlanes();
        for (var i = 0; i < _random.Next(1, 7); i++)
        {
            AddNode();
        }

        // In some worlds a node comes, and in some one goes for good, while waves are under way.
        _joinsAt = _random.Next(3) == 0 ? _random.Next(1, 120) : -1;
        _leavesAt = _random.Next(6) == 0 ? _random.Next(1, 120) : -1;
    }

    public int Messages => _network.Sent;

    public List<string> Course { get; } = [];

    public void Dispose() => _database.Dispose();

    /// <summary>Runs one upgrade to its end, and then lets every message that is still under way arrive.</summary>
    public UpgradeRecord Run()
    {
        var strategy = (UpgradeStrategy)_random.Next(5);
        var request = new UpgradeRequest
        {
            Targets = [.. _moves.Select(move => new UpgradeTarget(move.Component, move.To.Version))],
            Parameters = ParameterReader.Default(strategy) with
            {
                Observe = TimeSpan.FromSeconds(_random.Next(60)),
                ShadowFraction = _random.Next(4) == 0 ? 0.5 : 0,
            },
            RequestedBy = "simulation",
            NeedsApproval = _random.Next(5) == 0,
            OnFailure = _random.Next(6) == 0 ? FailureAction.Freeze : FailureAction.RollBack,
        };
        var id = "u1";
        Now(Driving.AddAsync(
            new UpgradeRecord { Id = id, Request = request, Since = _time.GetUtcNow(), RequestedAt = _time.GetUtcNow() },
            new AuditEntry(_time.GetUtcNow(), "simulation", id, "", "Pending", "It was asked for."),
            default));
        for (var second = 0; second < 4 * 3600; second++)
        {
            if (second == 1200)
            {
                _faults.Heal();
            }

            Tick(id, second);
            CheckAlways();
            var upgrade = Now(_store.FindAsync(id, default))!;
            if (upgrade.HasEnded)
            {
                CheckEnd(upgrade);
                _faults.Heal();
                for (var after = 0; after < 120; after++)
                {
                    Tick(null, after);
                    CheckAlways();
                    CheckEnd(upgrade);
                }

                return upgrade;
            }
        }

        throw new InvalidOperationException($"It never ended: {Now(_store.FindAsync(id, default))}");
    }

    private void AddNode()
    {
        var i = _nodes.Count;
        _nodes.Add(new SimulatedNode($"node{i}", $"domain{i % 2}", _moves.ToDictionary(move => move.Component, move => move.From), _random, _time, _faults, _network.Report) { ForgetsFences = _forgetsFences });
    }

    private void Tick(string? id, int second)
    {
        if (id is not null && second == _joinsAt)
        {
            AddNode();
            Course.Add($"{second} s: {_nodes[^1].Name} joins");
        }

        if (id is not null && second == _leavesAt)
        {
            _leaver = _nodes[_random.Next(_nodes.Count)];
            Course.Add($"{second} s: {_leaver.Name} leaves for good");
            _leaver.Kill();
        }

        foreach (var node in _nodes)
        {
            if (node == _leaver)
            {
                continue;
            }

            if (_random.NextDouble() < _faults.NodeKilled)
            {
                Course.Add($"{second} s: {node.Name} is killed");
                node.Kill();
            }
            else if (node.Host is null && _random.Next(_faults.SecondsAway) == 0)
            {
                Course.Add($"{second} s: {node.Name} starts");
                node.Start();
            }
            else if (_random.NextDouble() < _faults.TrialLost)
            {
                node.Host?.LoseATrial();
            }

            if (second % 2 == 0)
            {
                node.Report();
            }
        }

        FailPlanes(second);

        if (id is not null)
        {
            Orders(id, second);
        }

        _time.Advance(s_tick);
        WakeAll();
    }

    private void Orders(string id, int second)
    {
        var upgrade = Now(_store.FindAsync(id, default))!;
        // Somebody decides in the end what needs to be decided.
        if (upgrade.State == UpgradeState.AwaitingApproval && _random.Next(30) == 0)
        {
            Order(id, second, "approve", (record, now) => UpgradeOrders.Approve(record, record.Plan!.Digest, "approved", now));
        }
        else if (upgrade.State == UpgradeState.Paused && _random.Next(60) == 0)
        {
            if (Now(_store.ReadLineStopAsync(default)) is not null)
            {
                Now(Driving.RestartLineAsync("it is good again", "simulation", default).ContinueWith(_ => true, TaskContinuationOptions.ExecuteSynchronously));
            }

            Order(id, second, "resume", _random.Next(2) == 0 || second > 5000 ? (record, now) => UpgradeOrders.RollBack(record, "back", now) : (record, now) => UpgradeOrders.Resume(record, "on", now));
        }

        if (_random.NextDouble() >= _faults.Order)
        {
            return;
        }

        switch (_random.Next(6))
        {
            case 0:
                Order(id, second, "pause", (record, now) => UpgradeOrders.Pause(record, "wait", now));
                break;
            case 1:
                Order(id, second, "resume", (record, now) => UpgradeOrders.Resume(record, "on", now));
                break;
            case 2:
                Order(id, second, "promote", (record, now) => UpgradeOrders.Promote(record, "good enough", now));
                break;
            case 3:
                Order(id, second, "cancel", (record, now) => UpgradeOrders.Cancel(record, "not now", now));
                break;
            case 4:
                Order(id, second, "roll back", (record, now) => UpgradeOrders.RollBack(record, "back", now));
                break;
            default:
                Course.Add($"{second} s: the line is stopped");
                Now(Driving.StopLineAsync("something else burns", "simulation", default));
                break;
        }
    }

    /// <summary>What holds at every moment: a node serves with one of the two releases, and what calls get is one of the two.</summary>
    private void CheckAlways()
    {
        foreach (var node in _nodes)
        {
            foreach (var move in _moves)
            {
                Assert.Contains(node.OnDisk(move.Component), new[] { move.From, move.To });
                Assert.True(node.Truth(move.Component)?.Trial?.Release is null or { Version: "2.0.0" });
            }
        }

        if (Now(_store.FindAsync("u1", default))?.Plan is { } plan)
        {
            // Who joined after the plan was made is none of its business, to the end.
            Assert.All(_nodes.Where(node => !IsIn(plan, node)), node =>
            {
                Assert.DoesNotContain(s_new, node.Called);
                Assert.All(_moves, move =>
                {
                    Assert.Equal(move.From, node.OnDisk(move.Component));
                    Assert.Equal(0, ((IFenceStore)node).Read(move.Component));
                    Assert.True(node.Truth(move.Component) is null or { Staged: null, Trial: null });
                });
            });
        }
    }

    private static bool IsIn(UpgradePlan plan, SimulatedNode node) =>
        plan.Waves.Any(wave => wave.Prepare.Contains(node.Name) || wave.Activate.Any(step => step.Node == node.Name));

    /// <summary>What the record says is what is, on every node, from the end on and for good.</summary>
    private void CheckEnd(UpgradeRecord upgrade)
    {
        if (upgrade.State == UpgradeState.RollbackFailed)
        {
            // Some node could not be reached in time. The record has to name one; and who is gone for good, with something
            // of the upgrade on its disk, is named beyond doubt.
            Assert.Contains(_nodes, node => IsNamed(upgrade, node));
            Assert.True(_leaver is null || _moves.All(move => _leaver.OnDisk(move.Component) == move.From) || IsNamed(upgrade, _leaver), $"{_leaver?.Name} is gone, and the record does not say so: {upgrade.Detail}");
            return;
        }

        foreach (var node in _nodes.Where(one => upgrade.Plan is not { } plan || IsIn(plan, one)))
        {
            foreach (var move in _moves)
            {
                var wanted = upgrade.State == UpgradeState.Completed ? move.To : move.From;
                Assert.True(wanted == node.OnDisk(move.Component), $"{upgrade.State}, but {node.Name} has {node.OnDisk(move.Component)} of {move.Component}.");
                var truth = node.Truth(move.Component);
                Assert.True(truth?.Trial is null, $"{upgrade.State}, but {node.Name} has {move.Component} on trial.");
                if (upgrade.State != UpgradeState.Completed)
                {
                    Assert.True(truth?.Staged is null, $"{upgrade.State}, but {node.Name} has {move.Component} staged.");
                }
            }

            if (upgrade.State is UpgradeState.Failed or UpgradeState.Cancelled)
            {
                Assert.DoesNotContain(s_new, node.Called);
            }
        }
    }

    private static bool IsNamed(UpgradeRecord upgrade, SimulatedNode node) =>
        upgrade.Detail.Contains(node.Name, StringComparison.Ordinal) || upgrade.Detail.Contains(" more", StringComparison.Ordinal);

    private static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "Something waits that should not wait in a simulation.");
        return task.GetAwaiter().GetResult();
    }

    public async Task<AuditVerification> VerifyAuditAsync() => await new SqliteAudit(_database).VerifyAsync(null, default);
}
