namespace Theseus.Demo.Load;

/// <summary>
/// Sends requests at a fixed rate, whether or not earlier ones were answered: request number n is due n periods after the
/// start. A service that stalls is therefore met by all the requests that come meanwhile, as a real one is, and none of
/// their waiting is left out of the figures ("coordinated omission").
/// </summary>
/// <param name="send">Sends request number n and says what was wrong with the answer, null for nothing.</param>
/// <param name="rate">Requests a second.</param>
/// <param name="time">The clock.</param>
/// <param name="recording">Where every request goes.</param>
internal sealed class OpenLoopLoad(Func<long, Task<string?>> send, int rate, TimeProvider time, LoadRecording recording)
{
    private long _pending;

    /// <summary>How many requests were sent and are not answered.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    /// <summary>Sends until it is told to stop, then waits for the answers that are missing.</summary>
    /// <param name="stop">Ends the sending; this is no error.</param>
    /// <param name="patience">How long to wait for missing answers.</param>
    /// <exception cref="TimeoutException">Answers were still missing after that.</exception>
    public async Task RunAsync(CancellationToken stop, TimeSpan patience)
    {
        var start = time.GetTimestamp();
        var pending = new HashSet<Task>();
        for (long number = 0; !stop.IsCancellationRequested; number++)
        {
            var due = start + DueAfter(number, rate, time.TimestampFrequency);
            var wait = time.GetElapsedTime(time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero && !await WaitAsync(wait, stop).ConfigureAwait(false))
            {
                break;
            }

            // One that faulted stays: it comes out at the end.
            pending.RemoveWhere(request => request.IsCompletedSuccessfully);
            pending.Add(SendAsync(number, due));
        }

        await Task.WhenAll(pending).WaitAsync(patience, time, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>How long after the start a request is due, in ticks of a clock. Computed from its number each time: errors of rounding do not add up.</summary>
    internal static long DueAfter(long number, int rate, long frequency) => (long)((Int128)number * frequency / rate);

    private async Task SendAsync(long number, long due)
    {
        Interlocked.Increment(ref _pending);
        string? fault;
        try
        {
            // Off the sending loop: whatever the request does, the next one goes out in time.
            fault = await Task.Run(() => send(number)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            fault = $"{e.GetType().Name}: {e.Message}";
        }

        recording.Add(new RequestSample(due, time.GetElapsedTime(due), fault));
        Interlocked.Decrement(ref _pending);
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
