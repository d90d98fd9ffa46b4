using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Simulation.Tests.Members;

/// <summary>
/// A fleet whose nodes die without a word, stay away through whole upgrades and come back, join, leave, are drained and
/// removed, and have their names claimed by a second process, while upgrades go on: on one thread and one clock, so that the
/// same seed gives the same course. Membership, convergence and upgrades are the product's own.
/// </summary>
internal sealed partial class MemberWorld : IDisposable
{
    public const string Component = "relay";
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    private const int Upgrades = 3;
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(0.5);
    private static readonly ReleaseId s_first = Release(1);

    private readonly ManualTimeProvider _time = new();
    private readonly Random _random;
    private readonly Random _skews;
    private readonly Faults _faults;
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly IUpgradeStore _store;
    private readonly INodeStore _nodeStore;
    private readonly SimulatedNetwork _network;
    private readonly MembershipOptions _options = new();
    private readonly double _trouble;
    private readonly bool _areClocksSkewed;
    private readonly bool _forgetsLeftOut;

    private FleetMembership _members = null!;
    private FleetConvergence _convergence = null!;
    private DrivenUpgrades _driven = null!;
    private IAsyncEnumerator<NodeReport> _accepted = null!;
    private UpgradeRecord? _upgrade;
    private ReleaseId _wanted = s_first;
    private int _second;
    private bool _isAdvancing;
    private bool _wasResumed;

    /// <summary>Makes a world.</summary>
    /// <param name="seed">What happens in it.</param>
    /// <param name="areClocksSkewed">Whether nodes' clocks are wrong, by minutes and both ways.</param>
    /// <param name="isUnfenced">A control that has to fail: an older process gets its name back by speaking.</param>
    /// <param name="forgetsLeftOut">A control that has to fail: nodes that an upgrade ended without are taken for level.</param>
    public MemberWorld(int seed, bool areClocksSkewed = true, bool isUnfenced = false, bool forgetsLeftOut = false)
    {
        (_random, _skews, _areClocksSkewed, _forgetsLeftOut) = (new Random(seed), new Random(seed), areClocksSkewed, forgetsLeftOut);
        _faults = Faults.From(_random);
        // What this is about is silence of nodes, and not of the way to them.
        (_faults.Lost, _faults.LongestDelayMilliseconds) = (Math.Min(_faults.Lost, 0.1), Math.Min(_faults.LongestDelayMilliseconds, 1500));
        _trouble = _random.NextDouble();
        _store = new SqliteUpgradeStore(_database);
        INodeStore nodes = new SqliteNodeStore(_database);
        _nodeStore = isUnfenced ? new UnfencedNodeStore(nodes) : nodes;
        _network = new SimulatedNetwork(_random, _time, _faults, Deliver, Hear) { OnSent = CheckSent };
        StartPlane();
        for (var i = 0; i < _random.Next(2, 7); i++)
        {
            Join();
        }
    }

    public List<string> Course { get; } = [];

    /// <summary>What the worlds came by, so that a law can see that it was tried.</summary>
    public HashSet<string> Events { get; } = [];

    private string Now => $"{_second,5} s:";

    public void Dispose() => _database.Dispose();

    /// <summary>Runs upgrades one after another, and then lets the fleet become what it should be.</summary>
    public void Run()
    {
        Pass(30, isQuiet: true);
        for (var i = 1; i <= Upgrades; i++)
        {
            Ask($"u{i}", Release(i + 1));
            for (var since = 0; _upgrade is { HasEnded: false }; since++)
            {
                Assert.True(since < 4 * 3600, $"It never ended: {_upgrade}");
                if (since == 3600)
                {
                    _faults.Heal();
                }

                Tick(isQuiet: since > 3600);
            }

            Pass(_random.Next(5, 200), isQuiet: false);
        }

        _faults.Heal();
        StartAll();
        for (var left = 1800; !IsLevel() && left > 0; left--)
        {
            Tick(isQuiet: true);
        }

        CheckLevel();
        Pass(60, isQuiet: true);
        CheckLevel();
    }

    private static ReleaseId Release(int number) => new($"{number}.0.0", $"{number}{number}");

    private void Pass(int seconds, bool isQuiet)
    {
        for (var i = 0; i < seconds; i++)
        {
            Tick(isQuiet);
        }
    }

    private void Ask(string id, ReleaseId to)
    {
        _wasResumed = false;
        var request = new UpgradeRequest
        {
            Targets = [new UpgradeTarget(Component, to.Version)],
            Parameters = ParameterReader.Default((UpgradeStrategy)_random.Next(5)) with
            {
                Observe = TimeSpan.FromSeconds(_random.Next(30)),
                LostNodes = _random.Next(3) switch { 0 => default, 1 => Amount.Nodes(1), _ => Amount.Percent(50) },
            },
            RequestedBy = "simulation",
        };
        Done(_driven.AddAsync(
            new UpgradeRecord { Id = id, Request = request, Since = _time.GetUtcNow(), RequestedAt = _time.GetUtcNow() },
            new AuditEntry(_time.GetUtcNow(), "simulation", id, "", "Pending", "It was asked for."),
            default));
        Advance();
    }

    private void StartPlane()
    {
        _members = Done(FleetMembership.OpenAsync(_nodeStore, _network, _options, _time, NullLogger<FleetMembership>.Instance, default));
        _accepted = _members.Channel.ReadReportsAsync(default).GetAsyncEnumerator();
        _heard.Clear();
        _excusedAt = _time.GetUtcNow();
        _convergence = new FleetConvergence(_forgetsLeftOut ? new ForgetfulUpgradeStore(_store) : _store, _members, _members.Channel, _time, NullLogger<FleetConvergence>.Instance);
        var driven = new DrivenUpgrades(_store, _members.Channel, new HealthJudge(), _time, NullLogger.Instance, nodes: _members) { OnChanged = Note };
        driven.OnToBeChecked = upgrade => Done(driven.PlanAsync(upgrade.Id, Check(upgrade), default).ContinueWith(_ => true, TaskContinuationOptions.ExecuteSynchronously));
        _driven = driven;
        Done(driven.RecoverAsync(default).ContinueWith(_ => true, TaskContinuationOptions.ExecuteSynchronously));
    }

    /// <summary>Plans as the product's own check does: with nodes that can be counted on, all of which have one release.</summary>
    private Feasibility Check(UpgradeRecord upgrade)
    {
        var to = Release(int.Parse(upgrade.Request.Targets[0].Version[..1], System.Globalization.CultureInfo.InvariantCulture));
        var open = _members.Nodes.Where(node => node is { State: NodeState.Alive or NodeState.Suspect, IsDraining: false, Report: not null }).ToList();
        var has = open.Select(node => node.Report!.Components[0].Confirmed!).Distinct().ToList();
        // Nodes that are being brought level may have something else in a moment: whoever upgrades waits for them.
        if (has is not [var from] || from != _wanted)
        {
            return new Feasibility { Problems = [$"The nodes have {string.Join(", ", has)}."] };
        }

        _planned = [.. _processes.Where(one => one.IsNode && open.Exists(node => node.Incarnation == one.Incarnation)).Select(one => one.Disk)];
        return new Feasibility
        {
            Moves = [new UpgradeMove(Component, from, to)],
            Nodes = new Dictionary<string, IReadOnlyList<PlannedNode>> { [Component] = [.. open.Select(node => new PlannedNode(node.Name, node.FailureDomain))] },
        };
    }

    private void Note(UpgradeRecord upgrade)
    {
        Course.Add($"{Now} {upgrade.Id} {upgrade.State} wave {upgrade.Wave} {upgrade.Phase} turn {upgrade.Turn} without {string.Join(",", upgrade.LeftOut.Select(one => one.Node))}");
        _upgrade = upgrade;
        CheckLostNodes(upgrade);
        if (upgrade.HasEnded)
        {
            Events.Add($"{upgrade.State}{(upgrade.LeftOut.Count > 0 ? " without some" : "")}");
            _wanted = upgrade.State switch
            {
                UpgradeState.Completed => upgrade.Plan!.Moves[0].To,
                UpgradeState.RolledBack or UpgradeState.RollbackFailed => upgrade.Plan!.Moves[0].From,
                _ => _wanted,
            };
        }
    }

    private void Tick(bool isQuiet)
    {
        _second++;
        if (!isQuiet)
        {
            Trouble();
        }

        foreach (var process in _processes.Where(one => (_second + one.Name[^1]) % 2 == 0).ToList())
        {
            process.Report();
        }

        for (var i = 0; i < 2; i++)
        {
            _time.Advance(s_step);
            Done(_members.LookAsync(default).ContinueWith(task => task.IsCompletedSuccessfully, TaskContinuationOptions.ExecuteSynchronously));
            CheckNoticed();
        }

        Advance();
        if (_second % 2 == 0)
        {
            Done(_convergence.LookAsync(default).ContinueWith(task => task.IsCompletedSuccessfully ? true : throw task.Exception!, TaskContinuationOptions.ExecuteSynchronously));
        }

        CheckReleases();
        Decide();
    }

    /// <summary>Somebody decides in the end what the verdicts did not.</summary>
    private void Decide()
    {
        if (_upgrade is { State: UpgradeState.Paused } paused && _random.Next(60) == 0)
        {
            var goesOn = !_wasResumed && _random.Next(2) == 0;
            _wasResumed |= goesOn;
            Course.Add($"{Now} {paused.Id} {(goesOn ? "is resumed" : "is taken back")}");
            Done(_driven.OrderAsync(paused.Id, "simulation", goesOn ? (record, now) => UpgradeOrders.Resume(record, "on", now) : (record, now) => UpgradeOrders.RollBack(record, "back", now), goesForward: false, default));
        }
    }

    private void Advance()
    {
        // A node may answer at once, from within the control plane's own turn.
        if (!_isAdvancing)
        {
            _isAdvancing = true;
            Done(_driven.AdvanceAllAsync(default));
            _isAdvancing = false;
        }
    }

    private void Deliver(NodeTask task)
    {
        // Two processes that go by one name read from one queue, and either gets what is in it; what is about the name itself
        // goes to the one that it is for.
        var readers = _processes.Where(one => one.Name == task.Node && one.IsNode && (task.Kind is not (NodeTaskKind.Join or NodeTaskKind.Leave) || one.Incarnation == task.Incarnation)).ToList();
        if (readers.Count > 0)
        {
            readers[_random.Next(readers.Count)].Take(task);
        }
    }

    private void Hear(NodeReport report)
    {
        var counts = Done(_members.TakeAsync(report, default));
        CheckTaken(report, counts);
        if (counts)
        {
            _heard.Add(report.Node);
            TakeAccepted();
        }
    }

    /// <summary>What was accepted waits for its one reader: it is there when this is called.</summary>
    private void TakeAccepted()
    {
        Assert.True(Done(_accepted.MoveNextAsync().AsTask()));
        _driven.Take(_accepted.Current);
        Advance();
    }

    private static T Done<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "Something waits that should not wait in a simulation.");
        return task.GetAwaiter().GetResult();
    }
}
