using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>What may follow what: every change of a task, made of the task as it stood. Pure but for the chance in waits.</summary>
internal static class TaskTurns
{
    /// <summary>The first time after which a node that has not answered is told again. It doubles up to <see cref="LongestSilence"/>.</summary>
    public static readonly TimeSpan FirstSilence = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private const int LongestDetail = 2_000;

    /// <summary>Which states may follow a state.</summary>
    public static IReadOnlyDictionary<TaskState, IReadOnlyList<TaskState>> Table { get; } = new Dictionary<TaskState, IReadOnlyList<TaskState>>
    {
        [TaskState.Queued] = [TaskState.Assigned, TaskState.Cancelled, TaskState.Expired, TaskState.DeadLetter],
        [TaskState.Assigned] = [TaskState.Completed, TaskState.Queued, TaskState.DeadLetter, TaskState.Expired, TaskState.Cancelled],
        [TaskState.Completed] = [],
        [TaskState.DeadLetter] = [TaskState.Queued],
        [TaskState.Cancelled] = [],
        [TaskState.Expired] = [],
    };

    /// <summary>Gives a queued task to a node.</summary>
    public static DistributedTask Assign(DistributedTask task, NodeStatus node, DateTimeOffset now, TimeSpan grace) => task with
    {
        Revision = task.Revision + 1,
        State = TaskState.Assigned,
        Attempt = task.Attempt + 1,
        Node = node.Name,
        Incarnation = node.Report?.Incarnation,
        IncarnationStartedAt = node.Report?.StartedAt,
        AssignedAt = now,
        DueAt = now + task.Request.Deadline + grace,
        TellAgainAt = now + FirstSilence,
        Detail = "",
    };

    /// <summary>Takes in what a node says of an attempt; null when that does not count.</summary>
    public static DistributedTask? Answered(DistributedTask task, string node, AssignmentAnswer answer, DateTimeOffset now, Random random)
    {
        if (answer.Attempt.Attempt != task.Attempt || task.Node != node)
        {
            return null;
        }

        if (task is { State: TaskState.Cancelled, TellAgainAt: not null })
        {
            // It knows: no need to tell it again.
            return task with { Revision = task.Revision + 1, TellAgainAt = null };
        }

        if (task.State != TaskState.Assigned)
        {
            return null;
        }

        return answer.Outcome switch
        {
            AssignmentOutcome.Done => End(task, TaskState.Completed, now, answer.Detail) with { Result = answer.Result },
            AssignmentOutcome.GivenUp => Again(task, now, $"Node '{node}' gave it up. {answer.Detail}"),
            _ => Failed(task, now, random, $"Node '{node}' {(answer.Outcome == AssignmentOutcome.Refused ? "refused it" : "failed")}: {answer.Detail}"),
        };
    }

    /// <summary>What becomes of a task whose time to be looked at has come; null when it has not.</summary>
    /// <param name="task">The task.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="tells">Whether its node is to be told again.</param>
    public static DistributedTask? Due(DistributedTask task, DateTimeOffset now, Random random, out bool tells)
    {
        tells = false;
        switch (task.State)
        {
            case TaskState.Queued when task.ExpiresAt <= now:
                return End(task, TaskState.Expired, now, $"It was not done within {task.Request.ExpiresAfter.TotalSeconds:0.###} s.{(task.Detail.Length > 0 ? " Last: " + task.Detail : "")}");
            case TaskState.Queued when task.NotBefore <= now:
                return task with { Revision = task.Revision + 1, NotBefore = null };
            case TaskState.Assigned when task.DueAt <= now:
                return Failed(task, now, random, $"Node '{task.Node}' did not answer within {task.Request.Deadline.TotalSeconds:0.###} s.");
            case TaskState.Assigned or TaskState.Cancelled when task.TellAgainAt <= now:
                tells = true;
                return ToldAgain(task, now);
            default:
                return null;
        }
    }

    /// <summary>The node is gone, or its process is and another one has its name.</summary>
    public static DistributedTask Lost(DistributedTask task, DateTimeOffset now, bool isRestarted, bool countsAsFailure, string why)
    {
        var failures = task.Failures + (countsAsFailure ? 1 : 0);
        if (!isRestarted && task is { Request.Placement: { Nodes.Count: 1, WhenGone: WhenNodesAreGone.End } })
        {
            return End(task, TaskState.DeadLetter, now, $"{why} Only it could do the task.");
        }

        return failures >= task.Request.MostAttempts
            ? End(task with { Failures = failures }, TaskState.DeadLetter, now, why)
            : Again(task with { Failures = failures }, now, why);
    }

    /// <summary>Nobody is left who could do a queued task.</summary>
    public static DistributedTask NobodyLeft(DistributedTask task, DateTimeOffset now, string why) => End(task, TaskState.DeadLetter, now, why);

    /// <summary>Somebody does not want it any more. A node that has it is told, and told again until it answers or the attempt would be over.</summary>
    public static DistributedTask? Cancelled(DistributedTask task, DateTimeOffset now, string who, string why) => task.HasEnded
        ? null
        : End(task, TaskState.Cancelled, now, $"{who} cancelled it.{(why.Length > 0 ? " " + why : "")}") with
        {
            TellAgainAt = task.State == TaskState.Assigned ? now + FirstSilence : null,
            DueAt = task.State == TaskState.Assigned ? task.DueAt : null,
        };

    /// <summary>A dead letter is tried anew; null for what is none.</summary>
    public static DistributedTask? Requeued(DistributedTask task, DateTimeOffset now, string who) => task.State == TaskState.DeadLetter
        ? Again(task, now, $"{who} queued it again.") with { Failures = 0, ExpiresAt = now + task.Request.ExpiresAfter, EndedAt = null }
        : null;

    private static DistributedTask ToldAgain(DistributedTask task, DateTimeOffset now)
    {
        var silence = now - task.AssignedAt!.Value;
        var pause = silence < FirstSilence ? FirstSilence : silence > LongestSilence ? LongestSilence : silence;
        return task with { Revision = task.Revision + 1, TellAgainAt = task.HasEnded && now + pause >= task.DueAt ? null : now + pause };
    }

    private static DistributedTask Failed(DistributedTask task, DateTimeOffset now, Random random, string why)
    {
        var failed = task with { Failures = task.Failures + 1 };
        if (failed.Failures >= task.Request.MostAttempts)
        {
            return End(failed, TaskState.DeadLetter, now, why);
        }

        return Again(failed, now, why) is { State: TaskState.Queued } again ? again with { NotBefore = now + task.Request.Backoff.After(failed.Failures, random) } : End(failed, TaskState.Expired, now, why);
    }

    private static DistributedTask Again(DistributedTask task, DateTimeOffset now, string why) => now >= task.ExpiresAt && task.State == TaskState.Assigned
        ? End(task, TaskState.Expired, now, why)
        : task with { Revision = task.Revision + 1, State = TaskState.Queued, NotBefore = null, DueAt = null, TellAgainAt = null, Detail = Short(why) };

    private static DistributedTask End(DistributedTask task, TaskState state, DateTimeOffset now, string why) =>
        task with { Revision = task.Revision + 1, State = state, EndedAt = now, DueAt = null, TellAgainAt = null, Detail = Short(why) };

    private static string Short(string text) => text.Length > LongestDetail ? text[..LongestDetail] : text.TrimEnd();
}
