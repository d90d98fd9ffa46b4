using System.Threading.Channels;
using Theseus.Calls;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Routing;

/// <summary>
/// Makes copies of calls on a candidate, one at a time, and compares the answers. Bounded: what the candidate cannot
/// keep up with is dropped and counted, and a call or a comparison that hangs is left behind. Owned by the slot's
/// controller, which stops it before the candidate is retired.
/// </summary>
/// <remarks>
/// Both run on a thread of this class's own, and on a new one after each that hung. They must not take threads from the
/// pool: those hang one after the other, the next before whoever is to end the trial gets a thread to do that on.
/// </remarks>
internal sealed class ShadowSink
{
    private const int Capacity = 256;

    private readonly GenerationLeases _candidate;
    private readonly Func<object?, object?, bool> _areEqual;
    private double _fraction;
    private readonly TimeSpan _callDeadline;
    private readonly TimeProvider _time;
    private readonly Channel<CallCopy> _copies = Channel.CreateBounded<CallCopy>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource _stop = new();
    // Apart from ours, since what the component registers on it may block whoever cancels it.
    private readonly CancellationTokenSource _candidatesStop = new();
    private readonly ComponentWork _work = new();
    private readonly Action _wake;
    private readonly Task _worker;
    // Both or neither: whoever reads in between must not see a comparison without its outcome.
    private readonly Lock _counting = new();
    // As many as the contract has methods, at most.
    private readonly Dictionary<string, MethodCopies> _methods = new(StringComparer.Ordinal);
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

    /// <summary>How many answers were compared, and how many of them differed, at one moment.</summary>
    public (long Compared, long Mismatches) Comparisons
    {
        get
        {
            var methods = Methods;
            return (methods.Sum(one => one.Compared), methods.Sum(one => one.Different));
        }
    }

    /// <summary>The copies by method at one moment, those with the most to tell first.</summary>
    public IReadOnlyList<ShadowedMethod> Methods
    {
        get
        {
            lock (_counting)
            {
                return
                [
                    .. _methods.Select(one => new ShadowedMethod(one.Key, one.Value.Compared, one.Value.Different, one.Value.Failed, [.. one.Value.Samples]))
                        .OrderByDescending(one => one.Different + one.Failed).ThenBy(one => one.Method, StringComparer.Ordinal),
                ];
            }
        }
    }

    public long Failures => Methods.Sum(one => one.Failed);

    public long Dropped => Interlocked.Read(ref _dropped);

    public Examples Examples { get; } = new();

    /// <summary>The share of calls that are copied.</summary>
    public double Fraction => Volatile.Read(ref _fraction);

    /// <summary>Changes the share of calls that are copied, from the next call on.</summary>
    public void SetFraction(double fraction) => Volatile.Write(ref _fraction, fraction);

    /// <summary>Whether this call is one to copy.</summary>
    public bool Wants() => Fraction is var fraction && (fraction >= 1 || Random.Shared.NextDouble() < fraction);

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
        _ = Task.Factory.StartNew(_candidatesStop.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ContinueWith(static told => told.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _worker.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        using var work = _work;
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
            var difference = await DifferenceAsync(copy.Answer, answer).ConfigureAwait(false);
            lock (_counting)
            {
                Of_NeedsLock(copy).Compare(difference);
            }

            if (difference is not null)
            {
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
            var what = SlotCall.Describe(failure);
            lock (_counting)
            {
                Of_NeedsLock(copy).Fail(what);
            }

            Examples.Add($"{copy.Method.Name}: the shadow failed: {what}");
            _wake();
        }
    }

    private Task<object?> CallAsync(CallCopy copy)
    {
        // The candidate is not retired before this sink has stopped, so counting in is enough; no route is read.
        _candidate.CountIn(copy.Method.Index);
        // The lease of a call that is left behind stays open, so that the candidate's drain names it.
        return InTimeAsync(
            async () =>
            {
                try
                {
                    return await copy.Replay(_candidate.Instance!, _candidatesStop.Token).ConfigureAwait(false);
                }
                finally
                {
                    _candidate.CountOut(copy.Method.Index);
                }
            },
            "it",
            CancellationToken.None);
    }

    /// <summary>Both answers in words if they differ; null if they are equal. Answers may be of the component's own types, so their words are its code as well.</summary>
    private Task<string?> DifferenceAsync(object? stable, object? candidate) => InTimeAsync(
        () => ValueTask.FromResult(_areEqual(stable, candidate) ? null : $"{Text(stable)} / {Text(candidate)}"), "comparing its answer", _stop.Token);

    private async Task<T> InTimeAsync<T>(Func<ValueTask<T>> work, string what, CancellationToken cancellationToken)
    {
        T result = default!;
        using var deadline = new CancellationTokenSource(_callDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _work.RunAsync(what, async _ => result = await work().ConfigureAwait(false), either.Token).ConfigureAwait(false);
            return result;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"{what} took longer than {_callDeadline.TotalSeconds:0.###} s");
        }
    }

    private MethodCopies Of_NeedsLock(CallCopy copy)
    {
        if (!_methods.TryGetValue(copy.Method.Name, out var copies))
        {
            _methods.Add(copy.Method.Name, copies = new MethodCopies());
        }

        return copies;
    }

    private static string Text(object? answer)
    {
        var text = answer?.ToString() ?? "null";
        return text.Length > 80 ? text[..80] + "…" : text;
    }

    /// <summary>What came of one method's copies. Not thread-safe.</summary>
    private sealed class MethodCopies
    {
        private const int SamplesKept = 3;
        private const int LongestSample = 300;

        public long Compared { get; private set; }

        public long Different { get; private set; }

        public long Failed { get; private set; }

        public List<string> Samples { get; } = [];

        public void Compare(string? difference)
        {
            Compared++;
            if (difference is not null)
            {
                Different++;
                Note(difference);
            }
        }

        public void Fail(string what)
        {
            Failed++;
            Note($"failed: {what}");
        }

        private void Note(string what)
        {
            if (Samples.Count < SamplesKept)
            {
                Samples.Add(what.Length > LongestSample ? what[..LongestSample] + "…" : what);
            }
        }
    }
}
