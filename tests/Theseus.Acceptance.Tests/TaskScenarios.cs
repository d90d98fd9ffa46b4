using Theseus.Control.Distribution;
using Theseus.Runtime;

namespace Theseus.Acceptance.Tests;

/// <summary>Tasks that are distributed to real hosts, under the names that they were accepted by.</summary>
public sealed class TaskScenarios
{
    [Fact]
    public async Task TaskDistributorAddsNodes()
    {
        await using var fleet = await WorkFleet.StartAsync();
        Assert.Empty(fleet.Tasks.Nodes);

        await fleet.AddNodeAsync("n1", Upper);
        var declared = await fleet.Tasks.AddNodeAsync("n2", "east", new Dictionary<string, string> { ["gpu"] = "yes" }, "operator", "will come", default);

        Assert.Equal("n2", declared.Name);
        Assert.Equal(["n1", "n2"], fleet.Tasks.Nodes.Select(node => node.Name));
        // A node that is only declared is given nothing.
        Assert.Equal([true, false], fleet.Tasks.Nodes.Select(node => node.IsOpen));
        await fleet.AddNodeAsync("n2", Upper);
        Assert.Equal([true, true], fleet.Tasks.Nodes.Select(node => node.IsOpen));
        Assert.Equal(["upper"], fleet.Tasks.Nodes[1].Report!.TaskKinds);
    }

    [Fact]
    public async Task TaskIsDistributedAndCompletes()
    {
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", Upper);

        var task = await fleet.Tasks.DistributeAsync(Ask("upper") with { Payload = "text" }, default);
        var ended = await fleet.EndOfAsync(task.Id);

        Assert.Equal((TaskState.Completed, "TEXT", "n1", 1), (ended.State, ended.Result, ended.Node, ended.Attempt));
    }

    [Fact]
    public async Task DistributingWithoutNodesIsRefused()
    {
        await using var fleet = await WorkFleet.StartAsync();

        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => fleet.Tasks.DistributeAsync(Ask("upper"), default));

        Assert.Equal(TaskRefusal.NoNodes, refused.Refusal);
        Assert.Contains("No node has joined", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await fleet.Tasks.GetStatisticsAsync(default)).Total);

        await fleet.AddNodeAsync("n1", Upper);
        refused = await Assert.ThrowsAsync<TaskRefusedException>(() => fleet.Tasks.DistributeAsync(Ask("lower"), default));

        Assert.Equal(TaskRefusal.NoFittingNode, refused.Refusal);
        Assert.Contains("There are handlers for: upper", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskDistributorStatistics()
    {
        var go = new TaskCompletionSource();
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus
            .AddTaskHandler("wait", async (_, token) =>
            {
                await go.Task.WaitAsync(token);
                return "";
            })
            .AddTaskHandler("fail", (_, _) => throw new InvalidOperationException("no")), node => node.TaskSlots = 3);
        await fleet.AddNodeAsync("n2", Upper, node => node.TaskSlots = 2);

        var done = await fleet.Tasks.DistributeAsync([.. Enumerable.Range(0, 4).Select(_ => Ask("upper"))], default);
        var dead = await fleet.Tasks.DistributeAsync(Ask("fail") with { MostAttempts = 1 }, default);
        foreach (var task in (DistributedTask[])[.. done, dead])
        {
            await fleet.EndOfAsync(task.Id);
        }

        var waiting = await fleet.Tasks.DistributeAsync([.. Enumerable.Range(0, 5).Select(_ => Ask("wait"))], default);
        TaskStatistics? seen = null;
        await WorkFleet.UntilAsync(() => (seen = fleet.Tasks.GetStatisticsAsync(default).GetAwaiter().GetResult()).ByState[TaskState.Assigned] == 3);

        Assert.Equal(10, seen!.Total);
        Assert.Equal((4L, 1L, 3L, 2L, 0L, 0L), (seen.ByState[TaskState.Completed], seen.ByState[TaskState.DeadLetter], seen.ByState[TaskState.Assigned], seen.ByState[TaskState.Queued], seen.ByState[TaskState.Cancelled], seen.ByState[TaskState.Expired]));
        Assert.Equal([new NodeLoad("n1", NodeState.Alive, false, 3, 3), new NodeLoad("n2", NodeState.Alive, false, 0, 2)], seen.Nodes);
        go.SetResult();
        foreach (var task in waiting)
        {
            Assert.Equal(TaskState.Completed, (await fleet.EndOfAsync(task.Id)).State);
        }
    }

    [Fact]
    public async Task TasksOfALostNodeAreReassigned()
    {
        var (begun, never) = (new SemaphoreSlim(0), new TaskCompletionSource<string>());
        await using var fleet = await WorkFleet.StartAsync();
        await fleet.AddNodeAsync("n1", theseus => theseus.AddTaskHandler("work", (_, token) =>
        {
            begun.Release();
            return never.Task.WaitAsync(token);
        }));
        var free = await fleet.Tasks.DistributeAsync(Ask("work") with { Deadline = TimeSpan.FromMinutes(10) }, default);
        var bound = await fleet.Tasks.DistributeAsync(Ask("work") with { Deadline = TimeSpan.FromMinutes(10), Placement = new() { Nodes = ["n1"], WhenGone = WhenNodesAreGone.End } }, default);
        Assert.True(await begun.WaitAsync(WorkFleet.Deadline) && await begun.WaitAsync(WorkFleet.Deadline));
        await fleet.AddNodeAsync("n2", theseus => theseus.AddTaskHandler("work", (_, _) => Task.FromResult("by n2")));

        fleet.CutOff("n1");

        var (done, dead) = (await fleet.EndOfAsync(free.Id), await fleet.EndOfAsync(bound.Id));
        Assert.Equal((TaskState.Completed, "by n2", "n2", 2), (done.State, done.Result, done.Node, done.Attempt));
        Assert.Equal((TaskState.DeadLetter, "Node 'n1' is lost. Only it could do the task."), (dead.State, dead.Detail));
    }

    internal static void Upper(TheseusBuilder theseus) => theseus.AddTaskHandler("upper", (attempt, _) => Task.FromResult(attempt.Payload.ToUpperInvariant()));

    internal static TaskRequest Ask(string kind) => new() { Kind = kind, RequestedBy = "operator" };
}
