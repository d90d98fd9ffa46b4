using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Swapping;

/// <summary>Runs a component's code with a deadline, whether it honours its token, ignores it, or blocks its thread.</summary>
internal static class Bounded
{
    /// <summary>Runs asynchronous code. Throws <see cref="TimeoutException"/> when the deadline passes; the code is then left behind.</summary>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken, Action<T>? ifLate = null)
    {
        using var expiry = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        var token = both.Token;
        // A thread of its own: component code may block it for as long as it likes, and must not take one from the pool.
        var running = Task.Factory.StartNew(
            () => IsolatedFlow.RunAsync(() => work(token).AsTask()),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
        try
        {
            return await running.WaitAsync(deadline, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The code honoured the token whose deadline had passed.
            throw new TimeoutException();
        }
        finally
        {
            if (!running.IsCompletedSuccessfully)
            {
                LeaveBehind(running, ifLate);
            }
        }
    }

    /// <summary>Runs asynchronous code that returns nothing.</summary>
    public static Task RunAsync(Func<CancellationToken, ValueTask> work, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken) =>
        RunAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            deadline,
            time,
            cancellationToken);

    private static void LeaveBehind<T>(Task<T> running, Action<T>? ifLate) =>
        running.ContinueWith(
            late =>
            {
                // Looking at the exception marks it as observed.
                if (late.Exception is null && late.IsCompletedSuccessfully)
                {
                    ifLate?.Invoke(late.Result);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
}
