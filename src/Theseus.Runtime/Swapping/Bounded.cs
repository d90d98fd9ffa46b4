using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Swapping;

/// <summary>Runs a component's code with a deadline, whether it honours its token, ignores it, or blocks its thread.</summary>
internal static class Bounded
{
    /// <summary>Runs asynchronous code. Throws <see cref="TimeoutException"/> when the deadline passes; the code is then left behind.</summary>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken, Action<T>? ifLate = null)
    {
        var expiry = new CancellationTokenSource(deadline, time);
        var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        var token = both.Token;
        // A thread of its own: component code may block it for as long as it likes, and must not take one from the pool.
        var running = Task.Factory.StartNew(
            () => IsolatedFlow.RunAsync(() => work(token).AsTask()),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
        var wasAwaited = false;
        try
        {
            var result = await running.WaitAsync(deadline, time, cancellationToken).ConfigureAwait(false);
            wasAwaited = true;
            return result;
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The code honoured the token whose deadline had passed.
            throw new TimeoutException();
        }
        finally
        {
            if (!running.IsCompleted)
            {
                // We may have come here before the token's own timer did: what is left behind is always told.
                await both.CancelAsync().ConfigureAwait(false);
            }

            LeaveBehind(running, ifLate, [both, expiry], wasAwaited);
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

    private static void LeaveBehind<T>(Task<T> running, Action<T>? ifLate, IDisposable[] tokens, bool wasAwaited)
    {
        if (wasAwaited)
        {
            Dispose(tokens);
            return;
        }

        running.ContinueWith(
            late =>
            {
                Dispose(tokens);
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

    private static void Dispose(IDisposable[] tokens)
    {
        foreach (var token in tokens)
        {
            token.Dispose();
        }
    }
}
