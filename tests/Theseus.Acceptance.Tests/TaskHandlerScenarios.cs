using Microsoft.Extensions.DependencyInjection;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Runtime;

namespace Theseus.Acceptance.Tests;

/// <summary>What handlers on real hosts see, and what becomes of tasks whose handlers fail, hang or are stopped.</summary>
public sealed class TaskHandlerScenarios
{
    [Fact]
    public async Task AHandlerIsMadeForEachAttemptInAScopeOfItsOwn()
    {
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus =>
        {
            theseus.Services.AddScoped<Scoped>();
            theseus.AddTaskHandler<ScopedHandler>("scoped");
        });

        var tasks = await fleet.Tasks.DistributeAsync([TaskScenarios.Ask("scoped"), TaskScenarios.Ask("scoped")], default);
        var results = new[] { (await fleet.EndOfAsync(tasks[0].Id)).Result, (await fleet.EndOfAsync(tasks[1].Id)).Result };

        Assert.All(results, result => Assert.Matches("^(?<scope>[0-9a-f-]+) \\k<scope> 1$", result));
        Assert.NotEqual(results[0], results[1]);
    }

    [Fact]
    public void AKindHasOneHandlerAndAName()
    {
        var theseus = new ServiceCollection().AddTheseus().AddTaskHandler("k", (_, _) => Task.FromResult(""));

        Assert.Contains("'k' already", Assert.Throws<ArgumentException>(() => theseus.AddTaskHandler<ScopedHandler>("k")).Message, StringComparison.Ordinal);
        Assert.Contains("letters, digits", Assert.Throws<ArgumentException>(() => theseus.AddTaskHandler<ScopedHandler>("not a kind")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHandlerThatFailsIsTriedAgainUntilItsTaskIsADeadLetterThatCanBeQueuedAnew()
    {
        var isMended = false;
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", (attempt, _) => Volatile.Read(ref isMended) ? Task.FromResult($"{attempt.Attempt}") : throw new InvalidOperationException("no disk")));

        var task = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("work") with { MostAttempts = 3, Backoff = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20)) }, default);
        var dead = await fleet.EndOfAsync(task.Id);

        Assert.Equal((TaskState.DeadLetter, 3, "Node 'n1' failed: InvalidOperationException: no disk"), (dead.State, dead.Attempt, dead.Detail));
        Assert.Equal(task.Id, Assert.Single(await fleet.Tasks.ReadNewestAsync(new TaskFilter(null, 10) { State = TaskState.DeadLetter }, default)).Id);
        Volatile.Write(ref isMended, true);
        await fleet.Tasks.RequeueAsync(task.Id, "operator", "mended", default);
        var done = await fleet.EndOfAsync(task.Id);
        Assert.Equal((TaskState.Completed, "4"), (done.State, done.Result));
        var record = Assert.Single(await fleet.Plane.Audit.ReadAsync(null, 10, $"task {task.Id}", default));
        Assert.Equal(("operator", "DeadLetter", "Queued", "mended"), (record.Entry.Who, record.Entry.From, record.Entry.To, record.Entry.Why));
        Assert.Equal(TaskRefusal.WrongState, (await Assert.ThrowsAsync<TaskRefusedException>(() => fleet.Tasks.RequeueAsync(task.Id, "operator", "", default))).Refusal);
    }

    [Fact]
    public async Task AnAttemptPastItsDeadlineIsToldToEndAndFails()
    {
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("slow", async (attempt, token) =>
        {
            await new TaskCompletionSource().Task.WaitAsync(token);
            return "";
        }));

        var task = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("slow") with { MostAttempts = 1, Deadline = TimeSpan.FromMilliseconds(50) }, default);

        Assert.Equal("Node 'n1' failed: The handler was not over within 0.05 s.", (await fleet.EndOfAsync(task.Id)).Detail);
    }

    [Fact]
    public async Task AHandlerThatDoesNotComeBackIsLeftAloneAndItsSlotIsFree()
    {
        using var never = new ManualResetEventSlim();
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => TaskScenarios.Upper(theseus.AddTaskHandler("hang", (_, _) =>
        {
            never.Wait();
            return Task.FromResult("");
        })), node => node.TaskSlots = 1);

        var hung = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("hang") with { MostAttempts = 1, Deadline = TimeSpan.FromMilliseconds(50) }, default);
        var next = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("upper"), default);

        Assert.Equal((TaskState.DeadLetter, true), (await fleet.EndOfAsync(hung.Id)) is var dead ? (dead.State, dead.Detail.Contains("left alone", StringComparison.Ordinal)) : default);
        Assert.Equal(TaskState.Completed, (await fleet.EndOfAsync(next.Id)).State);
        never.Set();
    }

    [Fact]
    public async Task ACancelledTaskIsTakenFromItsNode()
    {
        var (begun, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", async (_, token) =>
        {
            token.Register(() => told.TrySetResult());
            begun.SetResult();
            await told.Task;
            token.ThrowIfCancellationRequested();
            return "";
        }));
        var task = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("work"), default);
        await begun.Task.WaitAsync(WorkFleet.Deadline);

        var cancelled = await fleet.Tasks.CancelAsync(task.Id, "operator", "not wanted", default);

        await told.Task.WaitAsync(WorkFleet.Deadline);
        Assert.Equal((TaskState.Cancelled, "operator cancelled it. not wanted"), (cancelled.State, cancelled.Detail));
        // Its node has said that it knows.
        await WorkFleet.UntilAsync(() => fleet.Tasks.FindAsync(task.Id, default).GetAwaiter().GetResult()!.TellAgainAt is null);
        Assert.Equal("not wanted", Assert.Single(await fleet.Plane.Audit.ReadAsync(null, 10, $"task {task.Id}", default)).Entry.Why);
    }

    [Fact]
    public async Task ANodeThatStopsGivesUpWhatItHasAndAnotherDoesIt()
    {
        var begun = new TaskCompletionSource();
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", async (_, token) =>
        {
            begun.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(token);
            return "";
        }));
        var task = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("work") with { MostAttempts = 1 }, default);
        await begun.Task.WaitAsync(WorkFleet.Deadline);
        await fleet.AddNodeAsync("n2", theseus => theseus.AddTaskHandler("work", (_, _) => Task.FromResult("by n2")));

        await fleet.StopNodeAsync("n1");

        var done = await fleet.EndOfAsync(task.Id);
        Assert.Equal((TaskState.Completed, "by n2", 0), (done.State, done.Result, done.Failures));
        Assert.Equal(NodeState.Left, fleet.Tasks.Nodes.Single(node => node.Name == "n1").State);
    }

    [Fact]
    public async Task ANodeHasNoMoreAtOnceThanItsSlotsAndBeginsWhatIsMoreUrgentFirst()
    {
        var (gate, order) = (new SemaphoreSlim(0), new List<string>());
        var (running, most) = (0, 0);
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", async (attempt, token) =>
        {
            lock (order)
            {
                order.Add(attempt.Payload);
                most = Math.Max(most, ++running);
            }

            await gate.WaitAsync(token);
            lock (order)
            {
                running--;
            }

            return "";
        }), node => node.TaskSlots = 2);
        var first = await fleet.Tasks.DistributeAsync([.. Enumerable.Range(0, 2).Select(_ => TaskScenarios.Ask("work") with { Payload = "first" })], default);
        await WorkFleet.UntilAsync(() => Volatile.Read(ref running) == 2);
        var then = await fleet.Tasks.DistributeAsync([.. new[] { 0, 0, 7, 3 }.Select(priority => TaskScenarios.Ask("work") with { Payload = $"{priority}", Priority = priority })], default);

        gate.Release(1);
        await WorkFleet.UntilAsync(() => Count() == 3);
        gate.Release(1);
        await WorkFleet.UntilAsync(() => Count() == 4);
        gate.Release(9);
        foreach (var task in first.Concat(then))
        {
            Assert.Equal(TaskState.Completed, (await fleet.EndOfAsync(task.Id)).State);
        }

        Assert.Equal(["first", "first", "7", "3", "0", "0"], order);
        Assert.Equal(2, most);

        int Count()
        {
            lock (order)
            {
                return order.Count;
            }
        }
    }

    [Fact]
    public async Task TheNextControlPlaneTakesTheAnswersOfWhatTheOneBeforeGave()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", (_, token) =>
        {
            begun.SetResult();
            return go.Task.WaitAsync(token);
        }));
        var task = await fleet.Tasks.DistributeAsync(TaskScenarios.Ask("work"), default);
        await begun.Task.WaitAsync(WorkFleet.Deadline);

        await fleet.RestartPlaneAsync();
        go.SetResult("done once");

        var done = await fleet.EndOfAsync(task.Id);
        Assert.Equal((TaskState.Completed, "done once", 1), (done.State, done.Result, done.Attempt));
    }

    [Fact]
    public async Task UnderOneKeyItIsOneTaskAlsoWhenItsNodesAreGone()
    {
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", TaskScenarios.Upper);
        var request = TaskScenarios.Ask("upper") with { Key = "key" };
        var task = await fleet.Tasks.DistributeAsync(request, default);
        await fleet.EndOfAsync(task.Id);
        await fleet.StopNodeAsync("n1");
        await WorkFleet.UntilAsync(() => !fleet.Tasks.Nodes.Any(node => node.IsOpen));

        Assert.Equal(task.Id, (await fleet.Tasks.DistributeAsync(request, default)).Id);
        Assert.Equal(TaskRefusal.KeyReused, (await Assert.ThrowsAsync<TaskRefusedException>(() => fleet.Tasks.DistributeAsync(request with { Payload = "other" }, default))).Refusal);
        Assert.Equal(TaskRefusal.NoNodes, (await Assert.ThrowsAsync<TaskRefusedException>(() => fleet.Tasks.DistributeAsync(request with { Key = "new" }, default))).Refusal);
    }

    [Fact]
    public async Task WhatUpgradesHaveNodesDoIsCountedBesideTheOtherTasks()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2);
        Assert.Empty((await fleet.Plane.Tasks.GetStatisticsAsync(default)).NodeTasks);

        var ended = await fleet.RunAsync(Fleet.To("2.0.0", new ImmediateParameters()));

        Assert.Equal(UpgradeState.Completed, ended.State);
        var counted = (await fleet.Plane.Tasks.GetStatisticsAsync(default)).NodeTasks;
        Assert.Equal(new NodeTaskCount("Prepare", 2, 2, 0), counted.Single(one => one.Kind == "Prepare"));
        Assert.All(counted, one => Assert.Equal((one.Sent, 0), (one.Done, one.Failed)));
    }

    private sealed class Scoped
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    private sealed class ScopedHandler(Scoped one, Scoped same) : ITaskHandler
    {
        public Task<string> HandleAsync(TaskAttempt attempt, CancellationToken cancellationToken) => Task.FromResult($"{one.Id} {same.Id} {attempt.Attempt}");
    }
}
