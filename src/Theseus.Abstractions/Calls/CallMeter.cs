using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Where the calls of one generation are counted and timed, while somebody looks. Thread-safe; nothing here waits or
/// throws, and nothing of a component is kept: a failure only leaves the name of its type.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CallMeter
{
    // Clocks may begin at zero, and below it.
    internal const long NotTimed = long.MinValue;

    private const long PerSecond = 1_000_000_000;

    private readonly TimeProvider _time;
    private readonly CallSampling _sampling;
    private readonly double _nanosecondsPerTick;
    private readonly bool _ticksAreNanoseconds;

    /// <summary>Makes a meter.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="sampling">Which calls are timed.</param>
    protected CallMeter(TimeProvider time, CallSampling sampling)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(sampling);
        _time = time;
        _sampling = sampling;
        _nanosecondsPerTick = (double)PerSecond / time.TimestampFrequency;
        _ticksAreNanoseconds = time.TimestampFrequency == PerSecond;
    }

    /// <summary>Counts a call that was answered.</summary>
    /// <param name="method">The method's number.</param>
    /// <param name="nanoseconds">How long it took; negative when it was not timed.</param>
    protected abstract void CountAnswered(int method, long nanoseconds);

    /// <summary>Counts a call that failed.</summary>
    /// <param name="method">The method's number.</param>
    /// <param name="kind">What it failed with, in words: the name of the exception's type.</param>
    protected abstract void CountFailed(int method, string kind);

    /// <summary>Counts a call that its caller cancelled, which is nobody's failure.</summary>
    /// <param name="method">The method's number.</param>
    protected abstract void CountGivenUp(int method);

    /// <summary>Begins a call.</summary>
    /// <param name="number">How many calls of the method the thread has made before.</param>
    /// <returns>When it began; <see cref="NotTimed"/> when it is not to be timed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Begin(long number) => _sampling.Takes(number) ? _time.GetTimestamp() : NotTimed;

    /// <summary>Counts a call that was answered now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Answered(int method, long begun) => CountAnswered(method, begun == NotTimed ? -1 : Between(begun, _time.GetTimestamp()));

    /// <summary>Counts a call that was answered at a time that is known.</summary>
    internal void Answered(int method, long begun, long ended) => CountAnswered(method, Between(begun, ended));

    /// <summary>Counts a call that failed.</summary>
    /// <param name="method">The method's number.</param>
    /// <param name="failure">What was thrown; null when there was a null in the place of a task.</param>
    /// <param name="callersToken">The caller's own token, whose cancellation is nobody's failure.</param>
    internal void Failed(int method, Exception? failure, CancellationToken callersToken)
    {
        try
        {
            if (failure is OperationCanceledException && callersToken.IsCancellationRequested)
            {
                CountGivenUp(method);
            }
            else
            {
                // Never the exception itself: its type may be the component's, and its stack trace refers to it in any case.
                CountFailed(method, failure is null ? "null in the place of a task" : failure.GetType().FullName ?? failure.GetType().Name);
            }
        }
        catch (Exception)
        {
            // A fault in the books must not take the place of the component's own, nor keep the lease.
        }
    }

    private long Between(long begun, long ended) =>
        Math.Max(_ticksAreNanoseconds ? ended - begun : (long)((ended - begun) * _nanosecondsPerTick), 0);
}
