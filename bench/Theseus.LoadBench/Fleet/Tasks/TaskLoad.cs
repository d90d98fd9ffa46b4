using Theseus.Fleet;

namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>What every path carries, and how much of it may be on its way: the same for all.</summary>
internal static class TaskLoad
{
    public const int Nodes = 4;

    /// <summary>Messages that were sent and not answered: less than what a node's queue keeps.</summary>
    public const int OnTheirWay = 800;

    /// <summary>Messages that a sender has sent and the broker has not confirmed; the channel's own default.</summary>
    public const int Unconfirmed = 200;

    /// <summary>Messages that a reader holds; the channel's own default.</summary>
    public const int Prefetch = 64;

    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private const int PayloadLength = 400;
    private const int ResultLength = 200;

    /// <summary>What a task's handler is given.</summary>
    public static string Payload { get; } = $$"""{"order":"{{new string('o', PayloadLength)}}"}""";

    /// <summary>What it answers.</summary>
    public static string Result { get; } = $$"""{"total":"{{new string('t', ResultLength)}}"}""";

    public static string NodeOf(int number) => $"node{number % Nodes}";

    public static AssignmentBatch Batch(string node, int inEach) => new()
    {
        Node = node,
        Assigned = [.. Enumerable.Range(0, inEach).Select(_ => new Assignment { Task = Guid.NewGuid().ToString("n"), Attempt = 1, Kind = "orders.sum", Payload = Payload, Deadline = TimeSpan.FromMinutes(1) })],
    };

    public static AssignmentAnswers Answers(AssignmentBatch batch) => new()
    {
        Node = batch.Node,
        Incarnation = "bench",
        Answers = [.. batch.Assigned.Select(one => new AssignmentAnswer(new(one.Task, one.Attempt), AssignmentOutcome.Done, Result))],
    };
}
