using System.Runtime.CompilerServices;
using Theseus.Control.Distribution;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Simulation.Tests.Tasks;

/// <summary>Two control planes on one store, five nodes and sixty tasks, in a time of their own; all chance comes from the seed.</summary>
internal sealed class TaskWorld : INodeDirectory, IAssignmentChannel, IDisposable
{
    private static readonly TimeSpan s_troubled = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(3);

    private readonly Random _random;
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly TaskDistributorOptions _options = new() { MostAssigned = 12, MostAtOnce = 5 };
    private readonly List<SimulatedWorker> _workers;
    private readonly SortedDictionary<string, NodeStatus> _nodes = new(StringComparer.Ordinal);
    private readonly TaskRounds[] _planes = new TaskRounds[2];
    private readonly List<AssignmentAnswers> _answers = [];
    private readonly HashSet<ITimer> _timers = [];
    private readonly HashSet<(string Incarnation, AttemptId Attempt)> _begun = [];
    private readonly Dictionary<(string Node, AttemptId Attempt), List<string>> _done = [];
    private readonly DateTimeOffset _begin;
    private readonly bool _forgetsFence;
    private TaskFaults _faults;

    public TaskWorld(int seed, bool forgetsAttempts = false, bool forgetsFence = false)
    {
        _random = new Random(seed);
        _faults = TaskFaults.From(_random);
        (ForgetsAttempts, _forgetsFence) = (forgetsAttempts, forgetsFence);
        _begin = Time.GetUtcNow();
        Store = new WatchedStore(new SqliteTaskStore(_database));
        _workers = [.. new[] { "a1", "a2", "b1", "b2", "c1" }.Select(name => new SimulatedWorker(name, this))];
        StartPlane(0);
        StartPlane(1);
    }

    public event Action<NodeStatus> Changed
    {
        add { }
        remove { }
    }

    public ManualTimeProvider Time { get; } = new();

    public WatchedStore Store { get; }

    public bool ForgetsAttempts { get; }

    public IReadOnlyList<NodeStatus> Nodes => [.. _nodes.Values];

    public NodeStatus? Find(string name) => _nodes.GetValueOrDefault(name);

    /// <summary>Runs until all tasks have ended.</summary>
    public void Run()
    {
        _workers.ForEach(worker => worker.Start());
        for (var second = 0; ; second++)
        {
            Trouble(second);
            Step();
            Time.Advance(TimeSpan.FromSeconds(1));
            foreach (var (node, _, count) in Now(Store.CountAssignedAsync(default)).GroupBy(one => one.Node).Select(one => (one.Key, 0, one.Sum(part => part.Count))))
            {
                Assert.True(count <= SimulatedWorker.Slots, $"Node {node} has {count} tasks.");
            }

            if (second > 120 && Store.Tasks.All(task => task is { HasEnded: true, TellAgainAt: null }))
            {
                break;
            }

            Assert.True(Time.GetUtcNow() - _begin < s_longest, "A task does not end: " + Store.Tasks.FirstOrDefault(task => !task.HasEnded));
        }

        Assert.Equal(60, Store.Tasks.Count);
        foreach (var task in Store.Tasks.Where(task => task.State == TaskState.Completed))
        {
            Assert.True(
                _done.TryGetValue((task.Node!, new AttemptId(task.Id, task.Attempt)), out var results) && results.Contains(task.Result),
                $"Task {task.Id} is completed by attempt {task.Attempt} at {task.Node}, which did not do it.");
        }
    }

    public void NoteBegun(string incarnation, AttemptId attempt) =>
        Assert.True(_begun.Add((incarnation, attempt)), $"{incarnation} began {attempt} twice.");

    public void NoteDone(string node, AttemptId attempt, string result)
    {
        if (!_done.TryGetValue((node, attempt), out var results))
        {
            _done[(node, attempt)] = results = [];
        }

        results.Add(result);
    }

    /// <summary>How long an attempt takes, and how it ends.</summary>
    public TimeSpan DurationOf(Assignment assignment, out AssignmentOutcome outcome)
    {
        var chance = _random.NextDouble();
        outcome = chance < _faults.Failed + _faults.Hung ? AssignmentOutcome.Failed : AssignmentOutcome.Done;
        return chance < _faults.Hung ? assignment.Deadline + TimeSpan.FromSeconds(5) : assignment.Deadline * _random.NextDouble();
    }

    public void After(TimeSpan wait, Action what)
    {
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                _timers.Remove(timer!);
                what();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    public void Report(SimulatedWorker from, NodeReport report)
    {
        if (!from.IsCutOff)
        {
            Carry(() => TakeReport(report));
        }
    }

    public void Answer(SimulatedWorker from, AssignmentAnswers answers)
    {
        if (!from.IsCutOff)
        {
            Carry(() => _answers.Add(answers));
        }
    }

    public ValueTask SendAsync(AssignmentBatch batch, CancellationToken cancellationToken)
    {
        if (_random.NextDouble() < _faults.PlaneKilled)
        {
            throw new PlaneKilledException();
        }

        var worker = _workers.Single(one => one.Name == batch.Node);
        Carry(() =>
        {
            if (worker is { IsUp: true, IsCutOff: false })
            {
                worker.Take(batch);
            }
        });
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<IReadOnlyList<AssignmentAnswers>> ReadAnswersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public void Dispose()
    {
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }

        _database.Dispose();
    }

    private static T Now<T>(Task<T> task)
    {
        // Everything here is done by this thread at once: a world goes the same way every time.
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private void Trouble(int second)
    {
        if (second is > 5 and <= 120 && second % 2 == 0 && Store.Tasks.Count < 60)
        {
            Ask();
        }

        if (second == (int)s_troubled.TotalSeconds)
        {
            _faults = new TaskFaults { LongestDelaySeconds = 1 };
        }

        foreach (var worker in _workers)
        {
            if (!worker.IsUp)
            {
                if (_faults.Killed == 0 || _random.Next(20) == 0)
                {
                    worker.Start();
                }
            }
            else if (_random.NextDouble() < _faults.Killed)
            {
                worker.Kill();
            }
            else if (_random.NextDouble() < _faults.Left)
            {
                worker.Leave();
            }
            else if (_random.NextDouble() < _faults.CutOff)
            {
                worker.CutOffUntil = Time.GetUtcNow() + TimeSpan.FromSeconds(_random.Next(90));
            }

            if (worker.IsUp && second % 2 == 0)
            {
                Report(worker, worker.Report());
            }
        }

        if (_random.NextDouble() < _faults.Cancelled && Store.Tasks.Count > 0)
        {
            var task = Store.Tasks.ElementAt(_random.Next(Store.Tasks.Count));
            if (TaskTurns.Cancelled(task, Time.GetUtcNow(), "operator", "") is { } cancelled && Now(Store.UpdateAsync([cancelled], null, default)).Count > 0)
            {
                OnPlane(_random.Next(2), plane => plane.SendAsync(cancelled.TellAgainAt is null ? [] : [cancelled], default));
            }
        }
    }

    private void Ask()
    {
        var placement = _random.Next(4) switch
        {
            0 => new TaskPlacement { Nodes = [_workers[_random.Next(5)].Name], WhenGone = _random.Next(2) == 0 ? WhenNodesAreGone.End : WhenNodesAreGone.Wait },
            1 => new TaskPlacement { Labels = new Dictionary<string, string> { ["zone"] = "a" } },
            2 => new TaskPlacement { SpreadGroup = "spread" },
            _ => new TaskPlacement(),
        };
        var request = new TaskRequest
        {
            Kind = "work",
            RequestedBy = "operator",
            Priority = _random.Next(3),
            Placement = placement,
            Deadline = TimeSpan.FromSeconds(_random.Next(1, 40)),
            ExpiresAfter = TimeSpan.FromSeconds(_random.Next(60, 2_000)),
            MostAttempts = _random.Next(1, 6),
        };
        var now = Time.GetUtcNow();
        Now(Store.AddAsync([New(), New()], default));

        DistributedTask New() => new() { Id = $"t{_ids++}", Request = request, RequestedAt = now, ExpiresAt = now + request.ExpiresAfter };
    }

    private int _ids;

    private void Step()
    {
        for (var i = 0; i < _planes.Length; i++)
        {
            OnPlane(i, async plane =>
            {
                await plane.LeaveLostAsync(default);
                await plane.LookAsync(default);
                await plane.PlaceAsync(default);
            });
        }

        var taken = _answers.Where(_ => _random.Next(3) > 0).OrderBy(_ => _random.Next()).ToList();
        if (taken.Count > 0)
        {
            OnPlane(_random.Next(2), async plane =>
            {
                await plane.TakeAsync([.. taken.Select(AsTaken)], default);
                if (_random.NextDouble() < _faults.PlaneKilled)
                {
                    throw new PlaneKilledException();
                }

                _answers.RemoveAll(taken.Contains);
            });
        }

        foreach (var node in _nodes.Values.Where(node => node.State is NodeState.Alive or NodeState.Suspect).ToList())
        {
            var silence = Time.GetUtcNow() - node.HeardAt;
            _nodes[node.Name] = node with { State = silence.TotalSeconds > 15 ? NodeState.Lost : silence.TotalSeconds > 6 ? NodeState.Suspect : node.State };
        }
    }

    /// <summary>The frozen control: a control plane to which any attempt is as good as the newest.</summary>
    private AssignmentAnswers AsTaken(AssignmentAnswers answers) => !_forgetsFence ? answers : answers with
    {
        Node = Store.Find(answers.Answers[0].Attempt.Task).Node ?? answers.Node,
        Answers = [.. answers.Answers.Select(one => one with { Attempt = one.Attempt with { Attempt = Store.Find(one.Attempt.Task).Attempt } })],
    };

    private void OnPlane(int plane, Func<TaskRounds, Task> work)
    {
        try
        {
            var done = work(_planes[plane]);
            Assert.True(done.IsCompleted);
            done.GetAwaiter().GetResult();
        }
        catch (PlaneKilledException)
        {
            StartPlane(plane);
        }
    }

    private void StartPlane(int plane) => _planes[plane] = new TaskRounds(Store, this, this, _options, Time, _random);

    private void TakeReport(NodeReport report)
    {
        if (Find(report.Node)?.Report is { } known && (known.Incarnation == report.Incarnation ? report.Sequence <= known.Sequence : report.StartedAt <= known.StartedAt))
        {
            return;
        }

        _nodes[report.Node] = new NodeStatus { Name = report.Node, State = report.IsLeaving ? NodeState.Left : NodeState.Alive, HeardAt = Time.GetUtcNow(), Report = report };
    }

    private void Carry(Action deliver)
    {
        var copies = _random.NextDouble() < _faults.Lost ? 0 : _random.NextDouble() < _faults.Doubled ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            After(TimeSpan.FromSeconds(_random.NextDouble() * _faults.LongestDelaySeconds), deliver);
        }
    }

    private sealed class PlaneKilledException : Exception;
}
