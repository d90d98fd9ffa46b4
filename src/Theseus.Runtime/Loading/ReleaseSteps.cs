namespace Theseus.Runtime.Loading;

/// <summary>
/// The steps of releasing a generation. Each runs whatever became of those before it, on a thread of the pool and in an
/// execution context of its own, and is awaited until the common deadline.
/// </summary>
/// <param name="deadline">Cancelled when the deadline has passed.</param>
internal sealed class ReleaseSteps(CancellationToken deadline)
{
    private readonly List<string> _problems = [];

    /// <summary>What went wrong, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Runs one step.</summary>
    /// <param name="what">Who is running, as the subject of a sentence.</param>
    /// <param name="step">The step.</param>
    public async Task RunAsync(string what, Func<Task> step)
    {
        var hadTime = !deadline.IsCancellationRequested;
        var running = IsolatedFlow.RunAsync(() => Task.Run(step, CancellationToken.None));
        try
        {
            await running.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            _problems.Add(hadTime ? $"{what} did not end before the deadline" : $"no time was left to wait for {what}");
            // What it throws later is nobody's business any more, but must not surface as an unobserved exception.
            _ = running.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (Exception e)
        {
            _problems.Add($"{what} threw {DetachedException.From(e).Summary}");
        }
    }
}
