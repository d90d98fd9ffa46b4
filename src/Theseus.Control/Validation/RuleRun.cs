using Microsoft.Extensions.Logging;

namespace Theseus.Control.Validation;

/// <summary>One rule, asked once: whatever it does, there is an answer in time.</summary>
internal sealed partial class RuleRun(IUpgradeRule rule, ValidationContext context, TimeProvider time, ILogger logger)
{
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        // On the pool: a rule that computes for long, or blocks, holds up no other.
        var asking = Task.Run(() => rule.CheckAsync(context, either.Token).AsTask(), CancellationToken.None);
        try
        {
            var found = await asking.WaitAsync(rule.Deadline, time, cancellationToken).ConfigureAwait(false);
            if (found is null || found.Contains(null!))
                return [Finding.Error("", "The rule gave nothing where an answer belongs.", "Mend the rule.")];
            return found.Count == 0 ? [Finding.Pass("", "Nothing to object to.")] : [.. found];
        }
        catch (TimeoutException) when (!asking.IsCompleted)
        {
            await deadline.CancelAsync().ConfigureAwait(false);
            Leave(asking);
            return [Finding.Error("", $"The rule gave no answer within {rule.Deadline}.", "Try again; if it stays so, mend the rule or raise its deadline.")];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Leave(asking);
            throw;
        }
        catch (Exception e)
        {
            // Anybody's code: whatever it throws is an answer.
            if (!asking.IsCompleted)
                Leave(asking);
            return [Finding.Error("", $"The rule failed with {e.GetType().Name}: {e.Message}", "Mend the rule.")];
        }
    }

    // Nobody waits for it any more; what becomes of it is still told.
    private void Leave(Task asking) => _ = asking.ContinueWith(
        left => LogLateFailure(logger, left.Exception!.InnerException!, rule.Id),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "The upgrade rule '{Rule}' failed after nobody waited for it any more")]
    private static partial void LogLateFailure(ILogger logger, Exception failure, string rule);
}
