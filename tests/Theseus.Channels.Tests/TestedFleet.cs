using Theseus.Fleet;

namespace Theseus.Channels.Tests;

/// <summary>The channels that the laws hold for.</summary>
public enum ChannelKind
{
    InProcess,
    RabbitMq,
}

/// <summary>A fleet of a test's own: control planes and nodes as the test asks for them, all connected.</summary>
internal abstract class TestedFleet : IAsyncDisposable
{
    /// <summary>One more control plane, which shares the nodes with the others.</summary>
    public abstract Task<TestedReplica> ReplicaAsync();

    /// <summary>A node's end; one more of the same name takes over from the one before.</summary>
    public abstract Task<TestedNode> NodeAsync(string name);

    public abstract ValueTask DisposeAsync();
}

/// <summary>A control plane's ends.</summary>
/// <param name="Fleet">For node tasks.</param>
/// <param name="Assignments">For distributed tasks.</param>
/// <param name="ReadsAsync">Waits until what the test began to read is read: for its name, for how many times.</param>
internal sealed record TestedReplica(IFleetChannel Fleet, IAssignmentChannel Assignments, Func<string, int, Task> ReadsAsync)
{
    private int _reports;
    private int _answers;

    public async Task<Reading<NodeReport>> ReadReportsAsync()
    {
        var reading = new Reading<NodeReport>(Fleet.ReadReportsAsync);
        await ReadsAsync(".reports.", ++_reports);
        return reading;
    }

    public async Task<Reading<IReadOnlyList<AssignmentAnswers>>> ReadAnswersAsync()
    {
        var reading = new Reading<IReadOnlyList<AssignmentAnswers>>(Assignments.ReadAnswersAsync);
        await ReadsAsync(".answers'", ++_answers);
        return reading;
    }
}

/// <summary>A node's ends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">For node tasks.</param>
/// <param name="Assignments">For distributed tasks.</param>
/// <param name="ReadsAsync">Waits until what the test began to read is read: for its name, for how many times.</param>
internal sealed record TestedNode(string Name, INodeChannel Node, INodeAssignmentChannel Assignments, Func<string, int, Task> ReadsAsync)
{
    private int _tasks;
    private int _assignments;

    public async Task<Reading<NodeTask>> ReadTasksAsync()
    {
        var reading = new Reading<NodeTask>(Node.ReadTasksAsync);
        await ReadsAsync(".tasks.", ++_tasks);
        return reading;
    }

    public async Task<Reading<AssignmentBatch>> ReadAssignmentsAsync()
    {
        var reading = new Reading<AssignmentBatch>(Assignments.ReadAssignmentsAsync);
        await ReadsAsync(".assignments.", ++_assignments);
        return reading;
    }
}
