using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Distribution;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>Distributed tasks: looked at, asked for, cancelled and queued anew.</summary>
internal static class TaskEndpoints
{
    private const string KeyWords = "Names the request, for who may have to ask twice: the same key with the same body are the same tasks.";

    private delegate Task<DistributedTask> Order(ControlPlane plane, string id, string who, string why, CancellationToken cancellationToken);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tasks", ListAsync).Describes<Page<DistributedTask>>("Tasks", "The tasks, the newest first; of one state, kind or node, or all.");
        api.MapGet("/tasks/dead-letters", ListDeadAsync).Describes<Page<DistributedTask>>("DeadLetters", "The tasks that are dead letters, the newest first.");
        api.MapGet("/tasks/statistics", StatisticsAsync).Describes<TaskStatistics>("TaskStatistics", "How many tasks there were, where they stand, and which node has how many.");
        api.MapGet("/tasks/{id}", GetAsync).Describes<DistributedTask>("Task", "One task, as it stands.").Refuses(StatusCodes.Status404NotFound);
        api.MapPost("/tasks", DistributeAsync).RequireAuthorization(AccessPolicies.Operate).Takes<TaskBody>()
            .Describes<DistributedTask>("DistributeTask", "Has a task done. Answered when it is stored, or was by the same Idempotency-Key.", StatusCodes.Status202Accepted)
            .TakesKey(KeyWords);
        api.MapPost("/tasks/batch", DistributeManyAsync).RequireAuthorization(AccessPolicies.Operate).Takes<TaskBatchBody>()
            .Describes<Page<DistributedTask>>("DistributeTasks", "Has several tasks done: all are taken on, or none. Answered when they are stored, in their order.", StatusCodes.Status202Accepted)
            .TakesKey(KeyWords);
        MapOrder(api, "cancel", "CancelTask", "Ends a task that is not wanted any more; a node that has it is told.", (plane, id, who, why, token) => plane.Tasks.CancelAsync(id, who, why, token));
        MapOrder(api, "requeue", "RequeueTask", "Has a dead letter tried anew.", (plane, id, who, why, token) => plane.Tasks.RequeueAsync(id, who, why, token));
    }

    private static void MapOrder(RouteGroupBuilder api, string order, string name, string what, Order give) =>
        api.MapPost($"/tasks/{{id}}/{order}", async (HttpContext context, ControlPlane plane, string id) =>
            {
                var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
                var why = body.Text("why");
                body.ThrowIfFaulty();
                return Answers.Ok(await give(plane, id, Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false));
            })
            .RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>(isOptional: true).Describes<DistributedTask>(name, what)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static Task<IResult> ListAsync(
        HttpContext context,
        ControlPlane plane,
        [Description("Where the part begins: from 'next' of the part before.")] string? before,
        [Description("How many at most, from 1 to 500; 50 if left out.")] string? count,
        [Description("Only those in this state.")] string? state,
        [Description("Only those of this kind.")] string? kind,
        [Description("Only those whose newest attempt is this node's.")] string? node)
    {
        TaskState? wanted = null;
        if (state is not null)
        {
            // Texts alone: the numbers behind the names are nobody's business.
            var known = Enum.GetNames<TaskState>().FirstOrDefault(one => one.Equals(state, StringComparison.OrdinalIgnoreCase));
            wanted = known is not null ? Enum.Parse<TaskState>(known) : throw Problem.Invalid("state", $"It has to be one of {string.Join(", ", Enum.GetNames<TaskState>())}.");
        }

        var same = string.Concat(Same("state", state), Same("kind", kind), Same("node", node));
        return PageAsync(context, plane, Cursor.Read(before, count), wanted, kind, node, same);
    }

    private static Task<IResult> ListDeadAsync(HttpContext context, ControlPlane plane, [Description("Where the part begins: from 'next' of the part before.")] string? before, [Description("How many at most, from 1 to 500; 50 if left out.")] string? count) =>
        PageAsync(context, plane, Cursor.Read(before, count), TaskState.DeadLetter, kind: null, node: null, same: "");

    private static async Task<IResult> PageAsync(HttpContext context, ControlPlane plane, Cursor cursor, TaskState? state, string? kind, string? node, string same)
    {
        var found = await plane.Tasks.ReadNewestAsync(new TaskFilter(cursor.Before, cursor.Count + 1) { State = state, Kind = kind, Node = node }, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(cursor.Page(context, found, task => task.Number, same));
    }

    private static async Task<IResult> StatisticsAsync(HttpContext context, ControlPlane plane) => Answers.Ok(await plane.Tasks.GetStatisticsAsync(context.RequestAborted).ConfigureAwait(false));

    private static async Task<IResult> GetAsync(HttpContext context, ControlPlane plane, string id) =>
        Answers.Ok(await plane.Tasks.FindAsync(id, context.RequestAborted).ConfigureAwait(false) ?? throw Problem.Of(ErrorCode.UnknownTask, $"There is no task {id}."));

    private static async Task<IResult> DistributeAsync(HttpContext context, ControlPlane plane)
    {
        var key = IdempotencyKey.Read(context);
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var request = TaskReader.Read(body, Caller.Name(context)) with { Key = key };
        body.ThrowIfFaulty();
        var task = await plane.Tasks.DistributeAsync(request, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path.Value!.TrimEnd('/')}/{task.Id}";
        return Answers.Of(task, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> DistributeManyAsync(HttpContext context, ControlPlane plane)
    {
        var key = IdempotencyKey.Read(context);
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var requests = body.Objects("tasks").Select(one =>
        {
            var request = TaskReader.Read(one, Caller.Name(context)) with { Key = key };
            one.RefuseOthers();
            return request;
        }).ToList();
        body.ThrowIfFaulty();
        var parts = requests.Select((request, i) => key is null ? request : request with { Part = string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{requests.Count}") });
        return Answers.Of(new Page<DistributedTask>(await plane.Tasks.DistributeAsync([.. parts], context.RequestAborted).ConfigureAwait(false)), StatusCodes.Status202Accepted);
    }

    private static string Same(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
