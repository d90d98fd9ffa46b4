namespace Theseus.Runtime.State;

/// <summary>A time limit for one phase of a hand-over, which its caller may cut short.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _limit;
    private readonly HandoverReason _reason;

    public Deadline(TimeSpan limit, HandoverReason reason, TimeProvider time, CancellationToken caller)
    {
        (_limit, _reason, _caller) = (limit, reason, caller);
        _timer = new(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    public bool HasPassed => _either.IsCancellationRequested;

    /// <summary>What its passing means.</summary>
    /// <param name="what">What had not ended by then.</param>
    public HandoverFault Fault(string what) => _caller.IsCancellationRequested
        ? new(HandoverReason.Cancelled, $"Cancelled before {what} had ended.")
        : new(_reason, $"{what} had not ended when the limit of {_limit.TotalMilliseconds:0} ms passed.");

    public void ThrowIfPassed(string what)
    {
        if (HasPassed)
        {
            throw Fault(what);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
