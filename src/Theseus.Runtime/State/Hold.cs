namespace Theseus.Runtime.State;

/// <summary>Callers that are held back, for no longer than its deadline. Disposing of it lets them go, once.</summary>
internal sealed class Hold : IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);
    private readonly IQuiesce _quiesce;
    private readonly HoldMeter _meter;
    private readonly long _since;

    private Hold(IQuiesce quiesce, Deadline deadline, HoldMeter meter, long since)
    {
        (_quiesce, Deadline, _meter, _since) = (quiesce, deadline, meter, since);
    }

    public Deadline Deadline { get; }

    /// <summary>Makes short attempts until nobody is inside.</summary>
    /// <param name="quiesce">Who holds callers back.</param>
    /// <param name="options">How often and how long.</param>
    /// <param name="meter">Measures how long callers are held back, in failed attempts too.</param>
    /// <param name="between">What to do after a failed attempt, while callers are free.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Hold> TakeAsync(IQuiesce quiesce, StateOptions options, HoldMeter meter, Func<Task>? between, CancellationToken cancellationToken)
    {
        var drain = options.DrainDeadline < options.MaximumHold ? options.DrainDeadline : options.MaximumHold;
        var pause = options.DrainPause;
        for (var attempt = 1; ; attempt++)
        {
            var since = meter.Begin();
            // The limit runs from when the first caller may have to wait, so the drain is part of it.
            var deadline = new Deadline(options.MaximumHold, HandoverReason.CriticalSectionTooLong, meter.Time, cancellationToken);
            if (await TryAsync(quiesce, drain, deadline, meter, since).ConfigureAwait(false))
            {
                return new(quiesce, deadline, meter, since);
            }

            if (attempt >= options.DrainAttempts)
            {
                throw new HandoverFault(HandoverReason.QuiesceTimedOut, $"In each of {attempt} attempts, calls were still inside after {drain.TotalMilliseconds:0} ms.");
            }

            await Task.Delay(pause, meter.Time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            if (between is not null)
            {
                await between().ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _quiesce.LetGo();
        _meter.End(_since);
        Deadline.Dispose();
    }

    private static async Task<bool> TryAsync(IQuiesce quiesce, TimeSpan drain, Deadline deadline, HoldMeter meter, long since)
    {
        var held = false;
        try
        {
            held = await quiesce.HoldAsync(drain, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw deadline.Fault("holding callers back");
        }
        finally
        {
            if (!held)
            {
                meter.End(since);
                deadline.Dispose();
            }
        }

        return held;
    }
}

/// <summary>Measures how long callers are held back during one hand-over.</summary>
internal sealed class HoldMeter(TimeProvider time)
{
    public TimeProvider Time => time;

    public int Attempts { get; private set; }

    public TimeSpan Longest { get; private set; }

    public long Begin()
    {
        Attempts++;
        return time.GetTimestamp();
    }

    public void End(long since)
    {
        var length = time.GetElapsedTime(since);
        Longest = length > Longest ? length : Longest;
    }
}
