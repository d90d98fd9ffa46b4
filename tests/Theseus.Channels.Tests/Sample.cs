using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Channels.Tests;

/// <summary>Messages as they are in use.</summary>
internal static class Sample
{
    public static ReleaseId Old { get; } = new("1.0.0", new string('a', 64));

    public static ReleaseId New { get; } = new("2.0.0", new string('b', 64)) { Settings = """{"Greeting":"Grüß Gott"}""" };

    public static NodeTask Task(string node, string id = "t1") => new()
    {
        Id = id, Node = node, Kind = NodeTaskKind.Activate, Component = "greeter", Upgrade = "u1", Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Fence = 7, From = Old, To = New, Share = 0.25, Deadline = TimeSpan.FromSeconds(90),
    };

    public static NodeReport Report(string node, long sequence = 1) => new()
    {
        Node = node, Incarnation = "i1", StartedAt = DateTimeOffset.UnixEpoch.AddYears(56), Sequence = sequence, FailureDomain = "east", Labels = new Dictionary<string, string> { ["disk"] = "ssd" },
        MemoryBytes = 1 << 30, Processors = 2, TaskKinds = ["sum"], TaskSlots = 2, Heartbeat = TimeSpan.FromSeconds(5),
        Process = new ProcessMetrics
        {
            Uptime = TimeSpan.FromMinutes(5), ProcessorTime = TimeSpan.FromSeconds(7), WorkingSetBytes = 1 << 27, HeapBytes = 1 << 24, AllocatedBytes = 1L << 40, CollectionPauses = TimeSpan.FromMilliseconds(12),
            Generation0Collections = 9, Generation1Collections = 2, Generation2Collections = 1, PoolThreads = 4, PoolQueue = 1, PoolCompleted = 12345, LockContentions = 6, Exceptions = 8,
        },
        Components =
        [
            new ComponentReport
            {
                Component = "greeter", Contract = "IGreeter", Confirmed = Old, Staged = New, Fence = 7,
                Trial = new TrialReport { Release = New, Share = 0.25, Elapsed = TimeSpan.FromSeconds(3), Candidate = new(10, 1, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(9)), Stable = new(30, 0, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(8)), Examples = ["It \"failed\"."], Shadowed = [new("Greet(string)", 20, 2, 1, ["\"Hi\" / \"Ho\""])] },
                Results = [new("t1", NodeTaskOutcome.Failed, "Unhealthy", "The health check said no.")],
                States = [new("u0", Old, 12, DateTimeOffset.UnixEpoch.AddYears(56))],
                Lingering = ["A timer keeps it."],
                Calls =
                [
                    new(Old, 1, [new MethodCalls { Method = "Greet(string)", Answered = 40, GivenUp = 1, Failures = new Dictionary<string, long> { ["System.TimeoutException"] = 2 }, Latency = LatencySketch.FromBuckets([new(0, 1), new(700, 30), new(LatencyBuckets.Count - 1, 5)]) }]),
                    new(New, 2, [new MethodCalls { Method = "Greet(string)", Answered = 10 }]),
                ],
                Instruments =
                [
                    new InstrumentReading { Release = Old, Generation = 1, Meter = "shop", Instrument = "orders", Unit = "{order}", Kind = InstrumentKind.Counter, Tags = new Dictionary<string, string> { ["till"] = "7" }, Count = 3, Sum = 4.5, Last = 1, Least = 0.5, Greatest = 3 },
                    new InstrumentReading { Release = New, Generation = 2, Meter = "shop", Instrument = "temperature", Kind = InstrumentKind.Gauge, Count = 1, Sum = -3, Last = -3, Least = -3, Greatest = -3 },
                ],
            },
        ],
    };

    public static AssignmentBatch Batch(string node, params string[] tasks) => new()
    {
        Node = node, Assigned = [.. tasks.Select(task => new Assignment { Task = task, Attempt = 1, Kind = "sum", Payload = "[1,2]", Deadline = TimeSpan.FromMinutes(1) })], Cancelled = [new("gone", 2)],
    };

    public static AssignmentAnswers Answers(string node, params string[] tasks) => new()
    {
        Node = node, Incarnation = "i1", Answers = [.. tasks.Select(task => new AssignmentAnswer(new(task, 1), AssignmentOutcome.Done, "3"))],
    };
}
