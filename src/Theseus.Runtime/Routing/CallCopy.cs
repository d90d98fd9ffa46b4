using Theseus.Calls;

namespace Theseus.Runtime.Routing;

/// <summary>What is needed to make a call again on another generation, and what it was answered.</summary>
internal sealed record CallCopy(ContractMethod Method, Func<object, CancellationToken, ValueTask<object?>> Replay, object? Answer);

/// <summary>Notes the first calls it is offered, to warm up a candidate with, and measures all. Thread-safe.</summary>
internal sealed class CallRecorder(int capacity)
{
    private readonly Lock _lock = new();
    private readonly List<CallCopy> _calls = [];
    private volatile bool _isFull = capacity <= 0;

    public bool IsFull => _isFull;

    /// <summary>How the stable version did meanwhile: what a candidate that gets all traffic is compared with.</summary>
    public TrialSide Baseline { get; } = new();

    public void Add(CallCopy call)
    {
        lock (_lock)
        {
            if (!_isFull)
            {
                _calls.Add(call);
                _isFull = _calls.Count >= capacity;
            }
        }
    }

    /// <summary>Takes the noted calls, and notes no more.</summary>
    public IReadOnlyList<CallCopy> Take()
    {
        lock (_lock)
        {
            _isFull = true;
            CallCopy[] calls = [.. _calls];
            _calls.Clear();
            return calls;
        }
    }
}
