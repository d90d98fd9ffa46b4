using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>
/// A node's end of the way to the control planes, over RabbitMQ. It connects by itself, again and again, and nothing waits
/// for that: reports that cannot be sent meanwhile are dropped, answers refused. Thread-safe.
/// </summary>
public sealed class RabbitNodeChannel : INodeChannel, INodeAssignmentChannel, IAsyncDisposable
{
    private readonly RabbitNames _names;
    private readonly RabbitLink _link;
    private readonly RabbitPublisher _publisher;
    private readonly RabbitOutbox _outbox;
    private readonly RabbitReader<NodeTask> _tasks;
    private readonly RabbitReader<AssignmentBatch> _assignments;
    private readonly Func<string, RabbitReader<NodeTask>> _ofProcess;

    // Who reports here is known from the first report on.
    private readonly TaskCompletionSource<string> _incarnation = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one, which begins to connect.</summary>
    /// <param name="options">How the broker is reached. Not to be changed afterwards.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message has all that is wrong.</exception>
    public RabbitNodeChannel(RabbitOptions options, string node, TimeProvider time, ILogger<RabbitNodeChannel> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        options.ThrowIfFaulty();
        var topology = new RabbitTopology(options);
        _names = topology.Names;
        _link = new RabbitLink(options, $"node '{node}'", (_, _) => Task.CompletedTask, time, logger);
        _publisher = new RabbitPublisher(_link);
        _outbox = new RabbitOutbox(_publisher, time, logger);
        _tasks = new RabbitReader<NodeTask>(_link, topology.Tasks(node));
        _assignments = new RabbitReader<AssignmentBatch>(_link, topology.Assignments(node));
        _ofProcess = incarnation => new RabbitReader<NodeTask>(_link, topology.Process(node, incarnation));
    }

    /// <summary>Makes one as a host's configuration says, in its section <see cref="RabbitConfiguration.Section"/>.</summary>
    /// <param name="services">The host's services: its configuration, its loggers and its clock.</param>
    /// <param name="node">The node's name.</param>
    /// <exception cref="ArgumentException">What the section says cannot be used; the message has all that is wrong.</exception>
    public static RabbitNodeChannel From(IServiceProvider services, string node)
    {
        ArgumentNullException.ThrowIfNull(services);
        var configuration = (IConfiguration?)services.GetService(typeof(IConfiguration)) ?? throw new ArgumentException("The host has no configuration to read the fleet's channel from.", nameof(services));
        var loggers = (ILoggerFactory?)services.GetService(typeof(ILoggerFactory)) ?? NullLoggerFactory.Instance;
        var time = (TimeProvider?)services.GetService(typeof(TimeProvider)) ?? TimeProvider.System;
        return new RabbitNodeChannel(RabbitConfiguration.Read(configuration.GetSection(RabbitConfiguration.Section)), node, time, loggers.CreateLogger<RabbitNodeChannel>());
    }

    /// <inheritdoc/>
    public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        _incarnation.TrySetResult(report.Incarnation);
        return _outbox.SendOrDropAsync(_names.Reports, "", () => [WireFormat.Write(report)], isKept: false, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NodeTask> ReadTasksAsync(CancellationToken cancellationToken) => Either.Of(_tasks.ReadEachAsync, ReadOfProcessAsync, cancellationToken);

    /// <inheritdoc/>
    public ValueTask AnswerAsync(AssignmentAnswers answers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return _outbox.SendAsync(_names.Answers, "", () => WireFormat.Write(answers), isKept: true, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AssignmentBatch> ReadAssignmentsAsync(CancellationToken cancellationToken) => _assignments.ReadEachAsync(cancellationToken);

    private async IAsyncEnumerable<NodeTask> ReadOfProcessAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string incarnation;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _link.Stopping))
        {
            try
            {
                incarnation = await _incarnation.Task.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                yield break;
            }
        }

        await foreach (var task in _ofProcess(incarnation).ReadEachAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return task;
        }
    }

    /// <summary>Ends the connection and whoever reads; what was not acknowledged comes again after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync().ConfigureAwait(false);
        await _publisher.DisposeAsync().ConfigureAwait(false);
    }
}
