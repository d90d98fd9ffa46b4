namespace Theseus.Control;

/// <summary>Wakes whoever waits for what changes now and then. Costs nothing while nobody waits. Thread-safe.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource? _next;

    /// <summary>Ends at the next beat.</summary>
    private Task Next
    {
        get
        {
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
        }
    }

    /// <summary>Wakes all who wait. Called after what they look at has changed.</summary>
    public void Beat() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    /// <summary>Looks now and after each beat, until what is seen is what is waited for.</summary>
    public async Task<T> WaitForAsync<T>(Func<CancellationToken, ValueTask<T>> look, Func<T, bool> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked for before it is looked, so that no change falls in between.
            var next = Next;
            var seen = await look(cancellationToken).ConfigureAwait(false);
            if (holds(seen))
            {
                return seen;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
