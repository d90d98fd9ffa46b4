using System.Text.Json;
using System.Text.Json.Serialization;
using Theseus.Control.Distribution;

namespace Theseus.Storage;

/// <summary>What changes of a task, apart from what was asked for, which is written once. The same for every database.</summary>
internal sealed record TaskStanding
{
    public int Attempt { get; init; }

    public int Failures { get; init; }

    public string? Node { get; init; }

    public string? Incarnation { get; init; }

    public DateTimeOffset? IncarnationStartedAt { get; init; }

    public DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? AssignedAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? TellAgainAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Result { get; init; }

    public string? Detail { get; init; }

    public static string Write(DistributedTask task) => JsonSerializer.Serialize(
        new TaskStanding
        {
            Attempt = task.Attempt,
            Failures = task.Failures,
            Node = task.Node,
            Incarnation = task.Incarnation,
            IncarnationStartedAt = task.IncarnationStartedAt,
            RequestedAt = task.RequestedAt,
            ExpiresAt = task.ExpiresAt,
            NotBefore = task.NotBefore,
            AssignedAt = task.AssignedAt,
            DueAt = task.DueAt,
            TellAgainAt = task.TellAgainAt,
            EndedAt = task.EndedAt,
            Result = task.Result.Length > 0 ? task.Result : null,
            Detail = task.Detail.Length > 0 ? task.Detail : null,
        },
        TaskStandingJson.Default.TaskStanding);

    public static string Write(TaskRequest request) => JsonSerializer.Serialize(request, TaskJson.Default.TaskRequest);

    /// <summary>Puts a task together again.</summary>
    public static DistributedTask Read(long number, string id, long revision, int state, string request, string standing)
    {
        var stands = JsonSerializer.Deserialize(standing, TaskStandingJson.Default.TaskStanding)!;
        return new DistributedTask
        {
            Number = number,
            Id = id,
            Revision = revision,
            State = (TaskState)state,
            Request = ReadRequest(request),
            Attempt = stands.Attempt,
            Failures = stands.Failures,
            Node = stands.Node,
            Incarnation = stands.Incarnation,
            IncarnationStartedAt = stands.IncarnationStartedAt,
            RequestedAt = stands.RequestedAt,
            ExpiresAt = stands.ExpiresAt,
            NotBefore = stands.NotBefore,
            AssignedAt = stands.AssignedAt,
            DueAt = stands.DueAt,
            TellAgainAt = stands.TellAgainAt,
            EndedAt = stands.EndedAt,
            Result = stands.Result ?? "",
            Detail = stands.Detail ?? "",
        };
    }

    public static TaskLane ReadLane(string name, string request)
    {
        var one = ReadRequest(request);
        return new TaskLane(name, one.Kind, one.Placement with { SpreadGroup = "" });
    }

    /// <summary>Whether it may be given to a node now.</summary>
    public static bool IsReady(DistributedTask task) => task is { State: TaskState.Queued, NotBefore: null };

    private static TaskRequest ReadRequest(string request) => JsonSerializer.Deserialize(request, TaskJson.Default.TaskRequest)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskStanding))]
internal sealed partial class TaskStandingJson : JsonSerializerContext;
