using System.Threading.Channels;
using Theseus.Calls;

namespace Theseus.Runtime.Routing;

/// <summary>
/// Makes copies of calls on a candidate, one at a time, and compares the answers. Bounded: what the candidate cannot
/// keep up with is dropped and counted. Neither a call nor a comparison that hangs keeps it: both have a deadline. Owned by
/// the slot's controller, which stops it before the candidate is retired.
/// </summary>
internal sealed class ShadowSink
{
    private const int Capacity = 256;

    private readonly GenerationLeases _candidate;
    private readonly Func<object?, object?, bool> _areEqual;
    private readonly double _fraction;
    private readonly TimeSpan _callDeadline;
    private readonly TimeProvider _time;
    private readonly Channel<CallCopy> _copies = Channel.CreateBounded<CallCopy>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource _stop = new();
    private readonly Action _wake;
    private readonly Task _worker;
    private long _compared;
    private long _mismatches;
    private long _failures;
    private long _dropped;

    public ShadowSink(GenerationLeases candidate, double fraction, Func<object?, object?, bool> areEqual, TimeSpan callDeadline, TimeProvider time, Action wake)
    {
        _candidate = candidate;
        _fraction = fraction;
        _areEqual = areEqual;
        _callDeadline = callDeadline;
        _time = time;
        _wake = wake;
        _worker = Task.Run(WorkAsync);
    }

    public long Compared => Interlocked.Read(ref _compared);

    public long Mismatches => Interlocked.Read(ref _mismatches);

    public long Failures => Interlocked.Read(ref _failures);

    public long Dropped => Interlocked.Read(ref _dropped);

    public Examples Examples { get; } = new();

    /// <summary>Whether this call is one to copy.</summary>
    public bool Wants() => _fraction >= 1 || Random.Shared.NextDouble() < _fraction;

    public void Offer(CallCopy copy)
    {
        if (!_copies.Writer.TryWrite(copy))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Stops taking copies, and waits for the call that is running; no longer than its deadline. A comparison is not waited for.</summary>
    public async Task StopAsync()
    {
        _copies.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        while (await _copies.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_copies.Reader.TryRead(out var copy))
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                await MakeAsync(copy).ConfigureAwait(false);
            }
        }
    }

    private async Task MakeAsync(CallCopy copy)
    {
        try
        {
            var answer = await CallAsync(copy).ConfigureAwait(false);
            Interlocked.Increment(ref _compared);
            if (await DifferenceAsync(copy.Answer, answer).ConfigureAwait(false) is { } difference)
            {
                Interlocked.Increment(ref _mismatches);
                Examples.Add($"{copy.Method.Name}: the shadow's answer differs: {difference}");
                _wake();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Cut short by the end of the trial: says nothing about the candidate.
        }
        catch (Exception failure)
        {
            Interlocked.Increment(ref _failures);
            Examples.Add($"{copy.Method.Name}: the shadow failed: {SlotCall.Describe(failure)}");
            _wake();
        }
    }

    private async Task<object?> CallAsync(CallCopy copy)
    {
        // The candidate is not retired before this sink has stopped, so counting in is enough; no route is read.
        _candidate.CountIn(copy.Method.Index);
        // On a pool thread of its own: a synchronous call that hangs is left behind, and its lease stays open, so that the
        // candidate's drain names it.
        var call = Task.Run(async () =>
        {
            try
            {
                return await copy.Replay(_candidate.Instance!, _stop.Token).ConfigureAwait(false);
            }
            finally
            {
                _candidate.CountOut(copy.Method.Index);
            }
        });
        return await InTimeAsync(call, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Both answers in words if they differ; null if they are equal. Answers may be of the component's own types, so their words are its code as well.</summary>
    private async Task<string?> DifferenceAsync(object? stable, object? candidate)
    {
        var comparison = Task.Run(() => _areEqual(stable, candidate) ? null : $"{Text(stable)} / {Text(candidate)}");
        try
        {
            return await InTimeAsync(comparison, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!comparison.IsCompleted)
        {
            throw new TimeoutException($"comparing its answer took longer than {_callDeadline.TotalSeconds:0.###} s");
        }
    }

    private async Task<T> InTimeAsync<T>(Task<T> running, CancellationToken cancellationToken)
    {
        try
        {
            return await running.WaitAsync(_callDeadline, _time, cancellationToken).ConfigureAwait(false);
        }
        catch when (!running.IsCompleted)
        {
            // Left behind: what it throws some day is nobody's business, but is observed.
            _ = running.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private static string Text(object? answer)
    {
        var text = answer?.ToString() ?? "null";
        return text.Length > 80 ? text[..80] + "…" : text;
    }
}
