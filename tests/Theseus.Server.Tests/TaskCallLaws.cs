using System.Net;
using Microsoft.Extensions.Hosting;
using Theseus.Control;
using Theseus.Control.Distribution;
using Theseus.Runtime;

namespace Theseus.Server.Tests;

/// <summary>Distributed tasks, asked for and looked at over HTTP.</summary>
public sealed class TaskCallLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task ATaskIsAskedForUnderTheTokensNameDoneAndFoundWhereTheAnswerSays()
    {
        await using var server = await RunningServer.StartAsync();
        using var host = await JoinAsync(server);
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");

        using var answer = await anna.PostAsync("/tasks", """{ "kind": "upper", "payload": "text", "priority": 3, "deadlineSeconds": 2.5, "mostAttempts": 2, "nodes": ["n1"], "labels": { "zone": "a" }, "whenGone": "End" }""");
        var asked = await answer.AsAsync<DistributedTask>(HttpStatusCode.Accepted);
        await server.Server.ControlPlane.Tasks.WaitForEndAsync(asked.Id, default).WaitAsync(s_deadline);
        var found = await anna.ReadAsync<DistributedTask>(answer.Headers.Location!.ToString());

        Assert.Equal((TaskState.Completed, "TEXT", "n1"), (found.State, found.Result, found.Node));
        Assert.Equal(("anna", 3, TimeSpan.FromSeconds(2.5), 2), (found.Request.RequestedBy, found.Request.Priority, found.Request.Deadline, found.Request.MostAttempts));
        Assert.Equal((WhenNodesAreGone.End, "a"), (found.Request.Placement.WhenGone, found.Request.Placement.Labels["zone"]));
        var statistics = await anna.ReadAsync<TaskStatistics>("/tasks/statistics");
        Assert.Equal((1, 1), (statistics.Total, statistics.ByState[TaskState.Completed]));
        Assert.Equal(new NodeLoad("n1", NodeState.Alive, false, 0, 32), Assert.Single(statistics.Nodes));
    }

    [Fact]
    public async Task SeveralAreTakenOnAtOnceAndTheSameKeyIsTheSameTasks()
    {
        await using var server = await RunningServer.StartAsync();
        using var host = await JoinAsync(server);
        const string Body = """{ "tasks": [{ "kind": "upper", "payload": "a" }, { "kind": "upper", "payload": "b" }, { "kind": "upper", "payload": "b" }] }""";

        using var first = await server.Admin.PostAsync("/tasks/batch", Body, "monday-1");
        using var again = await server.Admin.PostAsync("/tasks/batch", Body, "monday-1");
        using var other = await server.Admin.PostAsync("/tasks/batch", Body.Replace("\"a\"", "\"c\"", StringComparison.Ordinal), "monday-1");

        var asked = (await first.AsAsync<Page<DistributedTask>>(HttpStatusCode.Accepted)).Items;
        Assert.Equal(["a", "b", "b"], asked.Select(task => task.Request.Payload));
        Assert.Equal(asked.Select(task => task.Id), (await again.AsAsync<Page<DistributedTask>>(HttpStatusCode.Accepted)).Items.Select(task => task.Id));
        await other.AsProblemAsync(ErrorCode.KeyReused);
        Assert.Equal(3, (await server.Admin.ReadAsync<TaskStatistics>("/tasks/statistics")).Total);
    }

    [Fact]
    public async Task WhatNobodyCouldDoAndWhatIsWrongIsRefusedWithTheReason()
    {
        await using var server = await RunningServer.StartAsync();

        using var none = await server.Admin.PostAsync("/tasks", """{ "kind": "upper" }""");
        await none.AsProblemAsync(ErrorCode.NoNodes);
        using var host = await JoinAsync(server);
        using var unknown = await server.Admin.PostAsync("/tasks", """{ "kind": "lower" }""");
        Assert.Contains("There are handlers for: fail, upper", (await unknown.AsProblemAsync(ErrorCode.NoFittingNode)).Detail, StringComparison.Ordinal);
        using var wrong = await server.Admin.PostAsync("/tasks", """{ "kind": "", "priority": 1.5, "deadlineSeconds": 1e300, "labels": { "a": 1 }, "whenGone": "Never" }""");
        Assert.Equal(["priority", "deadlineSeconds", "labels.a", "whenGone"], (await wrong.AsProblemAsync(ErrorCode.InvalidRequest)).Errors.Select(fault => fault.At).Where(at => at != "kind"));
        using var inOne = await server.Admin.PostAsync("/tasks/batch", """{ "tasks": [{ "kind": "upper" }, { "kind": "upper", "mostAttempts": 0 }] }""");
        Assert.Contains("tasks[1]: The most attempts", (await inOne.AsProblemAsync(ErrorCode.InvalidRequest)).Detail, StringComparison.Ordinal);
        Assert.Equal(0, (await server.Admin.ReadAsync<TaskStatistics>("/tasks/statistics")).Total);
    }

    [Fact]
    public async Task DeadLettersAreListedAndQueuedAnewAndWhatIsNotWantedIsCancelled()
    {
        await using var server = await RunningServer.StartAsync();
        using var host = await JoinAsync(server);
        var plane = server.Server.ControlPlane;
        for (var i = 0; i < 3; i++)
        {
            using var answer = await server.Admin.PostAsync("/tasks", """{ "kind": "fail", "mostAttempts": 1 }""");
            await plane.Tasks.WaitForEndAsync((await answer.AsAsync<DistributedTask>(HttpStatusCode.Accepted)).Id, default).WaitAsync(s_deadline);
        }

        var part = await server.Admin.ReadAsync<Page<DistributedTask>>("/tasks/dead-letters?count=2");
        var rest = await server.Admin.ReadAsync<Page<DistributedTask>>(part.Next!);
        Assert.Equal([3L, 2, 1], part.Items.Concat(rest.Items).Select(task => task.Number));
        var id = part.Items[0].Id;
        using var early = await server.Admin.PostAsync($"/tasks/{id}/cancel", "{}");
        await early.AsProblemAsync(ErrorCode.WrongState);
        using var queued = await server.Admin.PostAsync($"/tasks/{id}/requeue", """{ "why": "again" }""");
        Assert.Equal((TaskState.Queued, 0), (await queued.AsAsync<DistributedTask>(HttpStatusCode.OK)) is var task ? (task.State, task.Failures) : default);
        await plane.Tasks.WaitForEndAsync(id, default).WaitAsync(s_deadline);
        Assert.Equal(3, (await server.Admin.ReadAsync<Page<DistributedTask>>("/tasks?state=deadletter&kind=fail&node=n1")).Items.Count);
        Assert.Empty((await server.Admin.ReadAsync<Page<DistributedTask>>("/tasks?kind=upper")).Items);
        using var wrong = await server.Admin.GetAsync("/api/v1/tasks?state=3");
        Assert.Equal("state", Assert.Single((await wrong.AsProblemAsync(ErrorCode.InvalidRequest)).Errors).At);
        Assert.Equal("again", Assert.Single((await server.Admin.ReadAsync<Page<Control.Audit.AuditRecord>>($"/audit?subject={Uri.EscapeDataString($"task {id}")}")).Items).Entry.Why);
    }

    private static async Task<IHost> JoinAsync(RunningServer server)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddTheseus(options =>
            {
                options.OperatorEndpoint = false;
                options.DataFolder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            })
            .AddTaskHandler("upper", (attempt, _) => Task.FromResult(attempt.Payload.ToUpperInvariant()))
            .AddTaskHandler("fail", (_, _) => throw new InvalidOperationException("no"))
            .JoinFleet(server.Channel.Connect("n1"), node =>
            {
                node.Name = "n1";
                node.Labels["zone"] = "a";
            });
        var host = builder.Build();
        await host.StartAsync();
        using var deadline = new CancellationTokenSource(s_deadline);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!server.Server.ControlPlane.Tasks.Nodes.Any(node => node.IsOpen))
        {
            await look.WaitForNextTickAsync(deadline.Token);
        }

        return host;
    }
}
