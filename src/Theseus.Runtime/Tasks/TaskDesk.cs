using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;

namespace Theseus.Runtime.Tasks;

/// <summary>Carries out the distributed tasks that come to a node, as many at once as it has slots, and answers what came of them.</summary>
internal sealed partial class TaskDesk
{
    // How long a handler that was told to come to an end may take to do so.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestGoodbye = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private const int LongestDetail = 1_000;

    private readonly string _node;
    private readonly string _incarnation;
    private readonly TaskHandlers _handlers;
    private readonly INodeAssignmentChannel _channel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AttemptBook _book;
    private readonly Channel<AssignmentAnswer> _answers = Channel.CreateUnbounded<AssignmentAnswer>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _allOver = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskDesk(string node, string incarnation, TaskHandlers handlers, int slots, INodeAssignmentChannel channel, TimeProvider time, ILogger logger)
    {
        (_node, _incarnation, _handlers, _channel, _time, _logger) = (node, incarnation, handlers, channel, time, logger);
        _book = new AttemptBook(handlers.Has, slots) { OnAnswer = answer => _answers.Writer.TryWrite(answer) };
    }

    /// <summary>Runs until it is cancelled; then gives up what is under way, and says so.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource();
        var answering = AnswerAsync(ended.Token);
        await ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _book.Stop();
            if (_book.Running.Count == 0)
            {
                _allOver.TrySetResult();
            }
        }

        // Each ends by itself within the patience that it is shown.
        await _allOver.Task.WaitAsync(s_patience * 2, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _answers.Writer.TryComplete();
        ended.CancelAfter(s_longestGoodbye);
        await answering.ConfigureAwait(false);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in _channel.ReadAssignmentsAsync(cancellationToken).ConfigureAwait(false))
                {
                    lock (_lock)
                    {
                        _book.Take(batch);
                        Begin_NeedsLock();
                    }
                }

                // The way itself gave the name to another one, within one process.
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (Exception failure)
            {
                // The loop's boundary: what was not taken in comes again.
                LogNotRead(_logger, _node, failure);
                await Task.Delay(s_longestPause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin_NeedsLock()
    {
        while (_book.Next() is { } next)
        {
            // Elsewhere: a handler may not come back from its first step for long.
            _ = Task.Run(() => CarryOutAsync(next), CancellationToken.None);
        }
    }

    private async Task CarryOutAsync(RunningAttempt running)
    {
        var assignment = running.Assignment;
        var deadline = new CancellationTokenSource(assignment.Deadline, _time);
        var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, running.GivenUp);
        var work = Task.Run(() => _handlers.HandleAsync(assignment, either.Token), CancellationToken.None);
        await ((Task)work).WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted)
        {
            await ((Task)work).WaitAsync(s_patience, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var answer = AnswerOf(running, work, deadline.IsCancellationRequested);
        if (work.IsCompleted)
        {
            either.Dispose();
            deadline.Dispose();
        }
        else
        {
            LogLeftAlone(_logger, _node, assignment.Kind, assignment.Task, assignment.Attempt);
            _ = work.ContinueWith(late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        lock (_lock)
        {
            _book.End(running, answer);
            Begin_NeedsLock();
            if (_book.IsStopping && _book.Running.Count == 0)
            {
                _allOver.TrySetResult();
            }
        }
    }

    private static AssignmentAnswer AnswerOf(RunningAttempt running, Task<string> work, bool isLate)
    {
        var id = running.Id;
        if (work.IsCompletedSuccessfully)
        {
            var result = work.Result ?? "";
            return result.Length <= Assignment.LargestPayload
                ? new AssignmentAnswer(id, AssignmentOutcome.Done, result)
                : new AssignmentAnswer(id, AssignmentOutcome.Failed, Detail: $"The handler's result has {result.Length} characters, and may have {Assignment.LargestPayload}.");
        }

        var limit = running.Assignment.Deadline.TotalSeconds;
        if (!work.IsCompleted)
        {
            return new AssignmentAnswer(id, AssignmentOutcome.Failed, Detail: isLate
                ? $"The handler was not over within {limit:0.###} s, did not come back when it was told to, and was left alone."
                : "The handler did not come back when it was told to, and was left alone.");
        }

        if (running.IsGivenUp)
        {
            return new AssignmentAnswer(id, AssignmentOutcome.GivenUp, Detail: "It was cancelled, or the node is stopping.");
        }

        var text = work.Exception?.GetBaseException() is { } failure ? $"{failure.GetType().Name}: {failure.Message}" : "It gave itself up.";
        text = isLate ? $"The handler was not over within {limit:0.###} s." : text;
        return new AssignmentAnswer(id, AssignmentOutcome.Failed, Detail: text.Length > LongestDetail ? text[..LongestDetail] : text);
    }

    /// <summary>Sends answers, many at once, until there are no more to come.</summary>
    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _answers.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var some = new List<AssignmentAnswer>();
                while (some.Count < AssignmentBatch.Most && _answers.Reader.TryRead(out var answer))
                {
                    some.Add(answer);
                }

                await SendAsync(new AssignmentAnswers { Node = _node, Incarnation = _incarnation, Answers = some }, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogNotAnswered(_logger, _node);
        }
    }

    private async Task SendAsync(AssignmentAnswers answers, CancellationToken cancellationToken)
    {
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                await _channel.AnswerAsync(answers, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogNotSent(_logger, _node, failure.Message);
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(1401, LogLevel.Error, "Node '{Node}' could not read its tasks; it is tried again")]
    private static partial void LogNotRead(ILogger logger, string node, Exception failure);

    [LoggerMessage(1402, LogLevel.Error, "Node '{Node}': the handler of '{Kind}' did not come back from task {Task}, attempt {Attempt}, when it was told to; it was left alone")]
    private static partial void LogLeftAlone(ILogger logger, string node, string kind, string task, int attempt);

    [LoggerMessage(1403, LogLevel.Warning, "Node '{Node}' could not answer; it is tried again: {Problem}")]
    private static partial void LogNotSent(ILogger logger, string node, string problem);

    [LoggerMessage(1404, LogLevel.Warning, "Node '{Node}' could not answer all that it did before it ended")]
    private static partial void LogNotAnswered(ILogger logger, string node);
}
