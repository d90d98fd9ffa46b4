using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>What an operator may say while a trial goes on.</summary>
internal enum TrialOrder
{
    /// <summary>Confirm now.</summary>
    Confirm,

    /// <summary>Take the candidate back now.</summary>
    TakeBack,
}

/// <summary>
/// Watches one trial to its verdict: wakes at every proven failure, and checks the candidate's health at intervals.
/// Ends at the first failing verdict, at an operator's order, or when the trial's time is over.
/// </summary>
internal sealed class TrialWatch(Trial trial, SwapOptions options, TimeProvider time)
{
    private readonly TaskCompletionSource<TrialOrder> _order = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives an order; only the first counts.</summary>
    public bool Order(TrialOrder order) => _order.TrySetResult(order);

    /// <summary>Watches.</summary>
    /// <param name="baseline">How the stable version did right before the trial.</param>
    /// <param name="checkHealth">Throws <see cref="SwapFailedException"/> when the candidate is not fit.</param>
    /// <param name="cancellationToken">Ends the trial as <see cref="TrialOrder.TakeBack"/> does.</param>
    public async Task<(TrialOrder? Order, TrialVerdict Verdict)> WatchAsync(
        TrialSideObservation baseline, Func<CancellationToken, Task> checkHealth, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.Register(() => Order(TrialOrder.TakeBack));
        var begun = time.GetTimestamp();
        while (true)
        {
            // Asked for before looking, so that whatever happens after the look wakes us.
            var woken = trial.WhenWoken();
            var elapsed = time.GetElapsedTime(begun);
            var isOver = elapsed >= options.Trial.Duration;
            var verdict = TrialGate.Judge(trial.Observe(elapsed), baseline, options.Trial, isOver);
            if (_order.Task.IsCompletedSuccessfully)
            {
                return (await _order.Task.ConfigureAwait(false), verdict);
            }

            if (verdict.Kind == VerdictKind.Fail || isOver)
            {
                return (null, verdict);
            }

            await WaitAsync(woken, elapsed, cancellationToken).ConfigureAwait(false);
            try
            {
                await checkHealth(cancellationToken).ConfigureAwait(false);
            }
            catch (SwapFailedException failure)
            {
                trial.CountFault(failure.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The order given by the cancellation is read at the next turn.
            }
        }
    }

    private async Task WaitAsync(Task woken, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var left = options.Trial.Duration - elapsed;
        var pause = left < options.Trial.HealthInterval ? left : options.Trial.HealthInterval;
        using var stopWaiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(woken, _order.Task, Task.Delay(pause, time, stopWaiting.Token)).ConfigureAwait(false);
        await stopWaiting.CancelAsync().ConfigureAwait(false);
    }
}
