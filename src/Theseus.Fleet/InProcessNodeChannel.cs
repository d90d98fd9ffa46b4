using System.Threading.Channels;

namespace Theseus.Fleet;

/// <summary>A node's end of an <see cref="InProcessChannel"/>. Thread-safe.</summary>
public sealed class InProcessNodeChannel : INodeChannel, INodeAssignmentChannel
{
    private readonly Action<NodeReport> _report;
    private readonly ChannelWriter<AssignmentAnswers> _answers;
    private readonly ChannelReader<NodeTask> _tasks;
    private readonly ChannelReader<AssignmentBatch> _assignments;

    internal InProcessNodeChannel(Action<NodeReport> report, ChannelWriter<AssignmentAnswers> answers, ChannelReader<NodeTask> tasks, ChannelReader<AssignmentBatch> assignments) =>
        (_report, _answers, _tasks, _assignments) = (report, answers, tasks, assignments);

    /// <inheritdoc/>
    public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        _report(report);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NodeTask> ReadTasksAsync(CancellationToken cancellationToken) => _tasks.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask AnswerAsync(AssignmentAnswers answers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return _answers.WriteAsync(answers, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AssignmentBatch> ReadAssignmentsAsync(CancellationToken cancellationToken) => _assignments.ReadAllAsync(cancellationToken);
}
