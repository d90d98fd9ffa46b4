using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Swapping;

/// <summary>Runs a component's code with a deadline, whether it honours its token, ignores it, or blocks its thread.</summary>
internal static class Bounded
{
    // Timers count whole milliseconds, and a wait of none would be a loop.
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs asynchronous code. Throws <see cref="DeadlinePassedException"/> when the deadline passes; the code is then left behind.</summary>
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken, Action<T>? ifLate = null) =>
        RunAsync(work, new Patience(deadline, time), time, cancellationToken, ifLate);

    /// <summary>Runs asynchronous code of several steps, which renew the patience as they begin. Throws <see cref="DeadlinePassedException"/> when it ends; the code is then left behind.</summary>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, Patience patience, TimeProvider time, CancellationToken cancellationToken, Action<T>? ifLate = null)
    {
        // A token of its own, not linked to what we wait for: whatever the component registers on it may block whoever
        // cancels it, and must block neither us nor whoever takes the swap back.
        var leftBehind = new CancellationTokenSource();
        var token = leftBehind.Token;
        // A thread of its own: component code may block it for as long as it likes, and must not take one from the pool.
        var running = Task.Factory.StartNew(
            () => IsolatedFlow.RunAsync(() => work(token).AsTask()),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
        try
        {
            await WaitAsync(running, patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            LeaveBehind(running, leftBehind, ifLate);
            throw;
        }

        leftBehind.Dispose();
        return await running.ConfigureAwait(false);
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

    /// <summary>Waits until it has ended, however. Throws when the patience ends, or is cancelled, before that.</summary>
    private static async Task WaitAsync(Task running, Patience patience, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var left = patience.Left; !running.IsCompleted; left = patience.Left)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (left <= TimeSpan.Zero)
            {
                throw new DeadlinePassedException();
            }

            await running.WaitAsync(left > s_shortestWait ? left : s_shortestWait, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void LeaveBehind<T>(Task<T> running, CancellationTokenSource leftBehind, Action<T>? ifLate)
    {
        // Looking at the exceptions marks them as observed: those of what registered on the token, and of the code.
        _ = Task.Factory.StartNew(leftBehind.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ContinueWith(static told => told.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        running.ContinueWith(
            late =>
            {
                if (late.Exception is null && late.IsCompletedSuccessfully)
                {
                    ifLate?.Invoke(late.Result);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }
}
