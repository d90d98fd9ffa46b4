using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Distribution;

public sealed class TurnLaws
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    [Fact]
    public void WhateverHappensOnlyWhatTheTableAllowsFollowsAndEachChangeCounts()
    {
        var random = new Random(1);
        var reached = new HashSet<(TaskState, TaskState)>();
        for (var course = 0; course < 3_000; course++)
        {
            var (task, now) = (New(new() { Kind = "k", RequestedBy = "operator", MostAttempts = random.Next(1, 4), Placement = new() { Nodes = ["n"], WhenGone = (WhenNodesAreGone)random.Next(2) } }), s_now);
            for (var turn = 0; turn < 25; turn++)
            {
                now += TimeSpan.FromSeconds(random.Next(300));
                if (Turn(task, now, random) is not { } next)
                {
                    continue;
                }

                Assert.Equal(task.Revision + 1, next.Revision);
                Assert.True(next.State == task.State || TaskTurns.Table[task.State].Contains(next.State), $"{next.State} followed {task.State}.");
                Assert.Equal(next.HasEnded, next.EndedAt is not null);
                Assert.True(next.State == TaskState.Assigned || next.DueAt is null || next.State == TaskState.Cancelled);
                if (next.State != task.State)
                {
                    reached.Add((task.State, next.State));
                }

                task = next;
            }
        }

        // The table allows no more than what does happen.
        Assert.Equal(TaskTurns.Table.SelectMany(one => one.Value.Select(to => (one.Key, to))).Order(), reached.Order());
    }

    [Fact]
    public void WhatHasEndedHasNothingToBeLookedAtButANodeThatIsToBeToldOfACancellation()
    {
        var task = Given(New());
        var cancelled = TaskTurns.Cancelled(task, s_now, "operator", "not wanted")!;

        Assert.Equal(s_now + TaskTurns.FirstSilence, cancelled.LookAt);
        Assert.Equal("operator cancelled it. not wanted", cancelled.Detail);
        Assert.Null(TaskTurns.Answered(cancelled, "n", Answer(task, AssignmentOutcome.Done), s_now, Random.Shared)!.LookAt);
        Assert.Null(TaskTurns.Cancelled(New(), s_now, "operator", "")!.LookAt);
        Assert.Null(TaskTurns.Answered(task, "n", Answer(task, AssignmentOutcome.Done), s_now, Random.Shared)!.LookAt);
        // Nobody is told for ever.
        var told = cancelled;
        for (var now = s_now; told.LookAt is { } at; now = at)
        {
            Assert.True(at < task.DueAt);
            told = TaskTurns.Due(told, at, Random.Shared, out var tells)!;
            Assert.True(tells);
        }
    }

    [Fact]
    public void AnAnswerToAnOlderAttemptOrFromAnotherNodeDoesNotCount()
    {
        var first = Given(New());
        var second = Given(TaskTurns.Lost(first, s_now, isRestarted: false, countsAsFailure: false, "lost"));

        Assert.Equal(2, second.Attempt);
        Assert.Null(TaskTurns.Answered(second, "n", Answer(first, AssignmentOutcome.Done), s_now, Random.Shared));
        Assert.Null(TaskTurns.Answered(second, "other", Answer(second, AssignmentOutcome.Done), s_now, Random.Shared));
        Assert.Equal(TaskState.Completed, TaskTurns.Answered(second, "n", Answer(second, AssignmentOutcome.Done), s_now, Random.Shared)!.State);
    }

    [Theory]
    [InlineData(AssignmentOutcome.Failed, 1)]
    [InlineData(AssignmentOutcome.Refused, 1)]
    [InlineData(AssignmentOutcome.GivenUp, 0)]
    public void WhatWasNotDoneIsTriedAgainAndOnlyAFailureCounts(AssignmentOutcome outcome, int failures)
    {
        var task = Given(New());

        var again = TaskTurns.Answered(task, "n", Answer(task, outcome), s_now, new Random(1))!;

        Assert.Equal((TaskState.Queued, failures), (again.State, again.Failures));
        Assert.Equal(failures > 0, again.NotBefore > s_now);
    }

    [Fact]
    public void AfterItsMostAttemptsItIsADeadLetterAndAnOperatorHasItTriedAnew()
    {
        var task = New(Ask() with { MostAttempts = 3 });
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(TaskState.Queued, task.State);
            task = Given(task);
            task = TaskTurns.Due(task, task.DueAt!.Value, Random.Shared, out _)!;
        }

        Assert.Equal((TaskState.DeadLetter, 3, "Node 'n' did not answer within 60 s."), (task.State, task.Failures, task.Detail));
        var requeued = TaskTurns.Requeued(task, s_now, "operator")!;
        Assert.Equal((TaskState.Queued, 0, 3, s_now + task.Request.ExpiresAfter), (requeued.State, requeued.Failures, requeued.Attempt, requeued.ExpiresAt));
        Assert.Null(TaskTurns.Requeued(requeued, s_now, "operator"));
    }

    [Theory]
    [InlineData(false, WhenNodesAreGone.Wait, 1, TaskState.Queued)]
    [InlineData(false, WhenNodesAreGone.End, 1, TaskState.DeadLetter)]
    [InlineData(false, WhenNodesAreGone.End, 2, TaskState.Queued)]
    [InlineData(true, WhenNodesAreGone.End, 1, TaskState.Queued)]
    public void ATaskOfALostNodeIsQueuedAtOnceUnlessItWasForThatNodeAlone(bool isRestarted, WhenNodesAreGone whenGone, int nodes, TaskState then)
    {
        var task = Given(New(Ask() with { Placement = new() { Nodes = [.. Enumerable.Range(0, nodes).Select(i => $"n{i}")], WhenGone = whenGone } }));

        var next = TaskTurns.Lost(task, s_now, isRestarted, countsAsFailure: true, "Node 'n' is lost.");

        Assert.Equal(then, next.State);
        Assert.Null(next.NotBefore);
    }

    [Fact]
    public void TheWaitIsARandomTimeUpToABoundThatDoubles()
    {
        var backoff = new TaskBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        var random = new Random(1);
        double[] bounds = [1, 2, 4, 6, 6];
        for (var failures = 1; failures <= bounds.Length; failures++)
        {
            var waits = Enumerable.Range(0, 500).Select(_ => backoff.After(failures, random).TotalSeconds).ToList();
            Assert.All(waits, wait => Assert.InRange(wait, 0, bounds[failures - 1]));
            Assert.InRange(waits.Average(), bounds[failures - 1] * 0.45, bounds[failures - 1] * 0.55);
        }

        Assert.Equal(TimeSpan.Zero, new TaskBackoff(TimeSpan.Zero, TimeSpan.Zero).After(100, random));
    }

    [Fact]
    public void WhatIsNotBegunInItsTimeExpiresAndAnAttemptThatRunsMaySucceedAfter()
    {
        var task = New();
        var late = task.ExpiresAt + TimeSpan.FromSeconds(1);

        Assert.Equal(TaskState.Expired, TaskTurns.Due(task, task.ExpiresAt, Random.Shared, out _)!.State);
        Assert.Equal(TaskState.Completed, TaskTurns.Answered(Given(task), "n", Answer(Given(task), AssignmentOutcome.Done), late, Random.Shared)!.State);
        Assert.Equal(TaskState.Expired, TaskTurns.Answered(Given(task), "n", Answer(Given(task), AssignmentOutcome.Failed), late, Random.Shared)!.State);
    }

    private static DistributedTask? Turn(DistributedTask task, DateTimeOffset now, Random random) => random.Next(9) switch
    {
        0 or 1 or 2 when task is { State: TaskState.Queued, NotBefore: null } => Given(task, now),
        3 or 4 => TaskTurns.Answered(task, "n", Answer(task, (AssignmentOutcome)random.Next(4)), now, random),
        5 => TaskTurns.Due(task, now, random, out _),
        6 when task.State == TaskState.Assigned => TaskTurns.Lost(task, now, random.Next(2) == 0, random.Next(2) == 0, "gone"),
        7 when random.Next(5) == 0 => random.Next(2) == 0 && task is { State: TaskState.Queued } ? TaskTurns.NobodyLeft(task, now, "gone") : TaskTurns.Cancelled(task, now, "operator", ""),
        8 => TaskTurns.Requeued(task, now, "operator"),
        _ => null,
    };

    private static TaskRequest Ask() => new() { Kind = "k", RequestedBy = "operator" };

    private static DistributedTask New(TaskRequest? request = null) => new() { Id = "t", Request = request ?? Ask(), RequestedAt = s_now, ExpiresAt = s_now + TimeSpan.FromHours(1) };

    private static DistributedTask Given(DistributedTask task, DateTimeOffset? now = null) =>
        TaskTurns.Assign(task with { NotBefore = null }, new NodeStatus { Name = "n", State = NodeState.Alive, HeardAt = s_now }, now ?? s_now, TimeSpan.FromSeconds(10));

    private static AssignmentAnswer Answer(DistributedTask task, AssignmentOutcome outcome) => new(new AttemptId(task.Id, task.Attempt), outcome, "", "why");
}
