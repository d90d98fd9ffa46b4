using Theseus.Fleet;

namespace Theseus.Runtime.Nodes;

/// <summary>
/// Carries out a node's tasks for one component, one at a time and only the newest: what is asked for is a state, so a
/// newer task makes an older one pointless. Thread-safe.
/// </summary>
/// <remarks>
/// The fence: a task with a lower one than was ever seen is not carried out, since whoever sent it no longer decides. A
/// higher one makes void what waits, and cancels what goes forward; what makes the node safe (confirm, revert) is let end,
/// since to be half confirmed is worse than to be confirmed. The highest fence is stored before the first task that has it
/// is begun, so that a restart does not forget it and obey an old message.
/// </remarks>
internal sealed class ComponentDesk(string component, INodeEngine engine, IFenceStore fences, TimeProvider time, Action changed)
{
    private const int ResultsKept = 16;

    private readonly Lock _lock = new();
    private readonly List<NodeTaskResult> _results = [];
    private long _fence = fences.Read(component);
    private NodeTask? _next;
    private NodeTask? _current;
    private EngineAnswer? _currentLost;
    private CancellationTokenSource? _cancel;
    private TaskCompletionSource? _busy;
    private bool _isStopping;

    /// <summary>Takes a task in.</summary>
    public void Take(NodeTask task)
    {
        CancellationTokenSource? overtaken = null;
        var begins = false;
        lock (_lock)
        {
            if (_isStopping || task.Fence < _fence)
            {
                return;
            }

            if (task.Fence > _fence)
            {
                fences.Write(component, task.Fence);
                _fence = task.Fence;
                _results.Clear();
                _next = null;
                overtaken = GoesForward(_current) ? _cancel : null;
            }

            if (task.Kind != NodeTaskKind.Report && task.Id != _current?.Id && !(GoesForward(task) && HasFailed_NeedsLock(task.Id)))
            {
                _next = task;
                if (_busy is null)
                {
                    _busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    begins = true;
                }
            }
        }

        // Outside the lock: what waits for the token runs here, and so does the first stretch of the work.
        overtaken?.Cancel();
        if (begins)
        {
            _ = WorkAsync();
        }

        changed();
    }

    /// <summary>Tells how the component stands, with what came of the tasks.</summary>
    public ComponentReport Describe()
    {
        // First what was done, then how things are: what is described with a result is never from before it. The other way
        // around, a wave could be judged by calls from before it began, for its node has answered.
        long fence;
        NodeTaskResult[] results;
        lock (_lock)
        {
            (fence, results) = (_fence, [.. _results]);
        }

        return engine.Describe(component) with { Fence = fence, Results = results };
    }

    /// <summary>Takes no more tasks, and waits for the one that is under way.</summary>
    public async Task StopAsync()
    {
        CancellationTokenSource? cancel;
        Task busy;
        lock (_lock)
        {
            _isStopping = true;
            _next = null;
            cancel = _cancel;
            busy = _busy?.Task ?? Task.CompletedTask;
        }

        if (cancel is not null)
        {
            await cancel.CancelAsync().ConfigureAwait(false);
        }

        await busy.ConfigureAwait(false);
    }

    /// <summary>Stops, and serves with what is confirmed from here on: nobody would end a trial any more.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await StopAsync().ConfigureAwait(false);
        var report = engine.Describe(component);
        if (report.Confirmed is { } confirmed && (report.Trial?.Release ?? report.Staged) is { } other && other != confirmed)
        {
            await engine.RevertAsync(component, confirmed, other, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool GoesForward(NodeTask? task) => task?.Kind is NodeTaskKind.Prepare or NodeTaskKind.Activate or NodeTaskKind.Probe or NodeTaskKind.Retire;

    // What goes forward and failed is told again and again until a turn is taken, but not tried again: whoever asked decides
    // what it means. What makes the node safe is tried again whenever it is asked for again.
    private bool HasFailed_NeedsLock(string task) => _results.Any(result => result.Task == task && result.Outcome == NodeTaskOutcome.Failed);

    /// <summary>Works until nothing waits. One at a time: whoever sets <see cref="_busy"/> begins it.</summary>
    private async Task WorkAsync()
    {
        while (true)
        {
            NodeTask task;
            CancellationTokenSource cancel;
            lock (_lock)
            {
                _current = _next;
                _next = null;
                if (_current is null)
                {
                    _busy!.SetResult();
                    _busy = null;
                    return;
                }

                task = _current;
                cancel = _cancel = new CancellationTokenSource(task.Deadline, time);
            }

            var answer = await TryAsync(task, cancel.Token).ConfigureAwait(false);
            lock (_lock)
            {
                Note_NeedsLock(task, _currentLost ?? answer);
                _current = null;
                _currentLost = null;
                _cancel = null;
            }

            // Not disposed of, since whoever overtakes may be about to cancel it; its timer ends here.
            cancel.CancelAfter(Timeout.InfiniteTimeSpan);
            changed();
        }
    }

    private async Task<EngineAnswer> TryAsync(NodeTask task, CancellationToken cancellationToken)
    {
        using var span = UpgradeTraces.BeginBelow($"theseus.node.{task.Kind.ToString().ToLowerInvariant()}", task.Trace, task.Upgrade);
        span?.SetTag("theseus.node", task.Node);
        span?.SetTag("theseus.component", component);
        span?.SetTag("theseus.release", task.To.Version);
        var answer = await TryOnceAsync(task, cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            span?.SetTag("theseus.reason", answer.Reason);
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, answer.Detail);
        }

        return answer;
    }

    private async Task<EngineAnswer> TryOnceAsync(NodeTask task, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecuteAsync(task, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return EngineAnswer.Failed("TimedOut", $"{task.Kind} was not over within {task.Deadline.TotalSeconds:0.###} s.");
        }
        catch (Exception failure)
        {
            // The boundary of a background task: it ends as a result, not as nothing.
            return EngineAnswer.Failed("InternalError", failure.Message);
        }
    }

    private Task<EngineAnswer> ExecuteAsync(NodeTask task, CancellationToken cancellationToken) => task.Kind switch
    {
        NodeTaskKind.Prepare => engine.PrepareAsync(component, task.To, cancellationToken),
        NodeTaskKind.Activate => engine.ActivateAsync(
            component, task.To, task.Share, task.ShadowFraction, new(task.Upgrade, task.Restores), task.HoldAtMost, lost => NoteLost(task, lost), cancellationToken),
        NodeTaskKind.Confirm => engine.ConfirmAsync(component, task.To, new(task.Upgrade, task.Restores), cancellationToken),
        NodeTaskKind.Revert => engine.RevertAsync(component, task.From, task.To, cancellationToken),
        NodeTaskKind.Retire => engine.RetireAsync(component, cancellationToken),
        NodeTaskKind.Probe => engine.ProbeAsync(component, cancellationToken),
        _ => Task.FromResult(EngineAnswer.Failed("Unknown", $"This node does not know tasks of the kind {task.Kind}; it is older than whoever sent it.")),
    };

    /// <summary>A trial ended without an order, after its task was done: that is how the task ended, after all.</summary>
    private void NoteLost(NodeTask task, EngineAnswer lost)
    {
        lost = lost with { Succeeded = false };
        lock (_lock)
        {
            if (ReferenceEquals(task, _current))
            {
                // Lost before it was noted as done: being done must not be the last word on it.
                _currentLost = lost;
            }
            else
            {
                Note_NeedsLock(task, lost);
            }
        }

        changed();
    }

    private void Note_NeedsLock(NodeTask task, EngineAnswer answer)
    {
        // What came of a task from before a turn is nobody's concern any more.
        if (task.Fence != _fence)
        {
            return;
        }

        _results.RemoveAll(result => result.Task == task.Id);
        _results.Add(new NodeTaskResult(task.Id, answer.Succeeded ? NodeTaskOutcome.Done : NodeTaskOutcome.Failed, answer.Reason, answer.Detail));
        if (_results.Count > ResultsKept)
        {
            _results.RemoveAt(0);
        }
    }
}
