using Theseus.Calls;

namespace Theseus.Runtime.Routing;

/// <summary>
/// A call on the routed way. On a trial it measures, shields and copies; otherwise it holds its lease, and is counted while
/// somebody looks. A call that the candidate failed is the candidate's failure whoever answers it then, and that answer is
/// not counted with the stable version's: it was not one of those that chance gave to it.
/// </summary>
internal sealed class SlotCall : RoutedCall
{
    private readonly ComponentSlot _slot;
    private readonly ContractMethod _method;
    private readonly TrialRoute? _trial;
    private readonly CancellationToken _callersToken;
    private readonly bool _onCandidate;
    private readonly TrialSide? _side;
    private readonly CallRecorder? _recorder;
    private readonly CallMeter? _meter;
    private readonly long _begun;
    private GenerationLeases? _leases;
    private string? _shielded;
    private bool _isTold;

    public SlotCall(ComponentSlot slot, ContractMethod method, GenerationLeases leases, CallMeter? meter, CancellationToken callersToken)
    {
        _slot = slot;
        _method = method;
        _leases = leases;
        _meter = meter;
        _callersToken = callersToken;
        _begun = meter is null ? 0 : slot.Time.GetTimestamp();
    }

    public SlotCall(ComponentSlot slot, ContractMethod method, GenerationLeases leases, TrialRoute trial, CallMeter? meter, CancellationToken callersToken)
        : this(slot, method, leases, meter, callersToken)
    {
        _trial = trial;
        _onCandidate = ReferenceEquals(leases, trial.Candidate);
        _side = _onCandidate ? trial.Trial.Candidate : trial.Trial.Stable;
        _begun = meter is null ? slot.Time.GetTimestamp() : _begun;
    }

    public SlotCall(ComponentSlot slot, ContractMethod method, RecordingRoute recording, CallMeter? meter, CancellationToken callersToken)
        : this(slot, method, recording.Leases, meter, callersToken)
    {
        _recorder = recording.Recorder;
        _side = recording.Recorder.Baseline;
        _begun = meter is null ? slot.Time.GetTimestamp() : _begun;
    }

    public override object Instance => _leases!.Instance!;

    public override bool WantsCopy =>
        _method.IsIdempotent && (_recorder is { IsFull: false } || (_trial is { Trial.Shadow: { } shadow } && !_onCandidate && shadow.Wants()));

    public override void Succeed()
    {
        if (!Tell())
        {
            return;
        }

        if (_shielded is { } failure)
        {
            // The stable version could answer what the candidate could not: that is the candidate's fault, proven.
            _trial!.Trial.CountShielded(_method.Name, failure);
            return;
        }

        var ended = _slot.Time.GetTimestamp();
        _meter?.Answered(_method.Index, _begun, ended);
        _side?.CountSuccess(_slot.Time.GetElapsedTime(_begun, ended));
    }

    public override bool CanShield(Exception failure)
    {
        if (_trial is not { Trial.Shields: true } || !_onCandidate || _shielded is not null || !_method.IsIdempotent || IsCallersOwn(failure))
        {
            return false;
        }

        // Counted in first, then asked whether the stable generation is still to be had: the same two steps as on the
        // way in, with the same proof. A drain says that it closes the generation before its first barrier on every
        // processor; so either the drain sees this entry, or this read sees that it closes. It may be another swap's
        // drain: this call may have outlived the trial it was admitted to.
        _trial.Stable.CountIn(_method.Index);
        if (_trial.Stable.IsClosing)
        {
            _trial.Stable.CountOut(_method.Index);
            return false;
        }

        return true;
    }

    public override void Shield(Exception failure)
    {
        // Before the candidate is left: once nobody is inside, nothing more is counted.
        _meter?.Failed(_method.Index, failure, CancellationToken.None);
        var candidate = _leases!;
        _leases = _trial!.Stable;
        candidate.CountOut(_method.Index);
        _shielded = Describe(failure);
    }

    public override void Fail(Exception failure)
    {
        if (!Tell())
        {
            return;
        }

        if (_shielded is null)
        {
            _meter?.Failed(_method.Index, failure, _callersToken);
        }

        if (_side is null || IsCallersOwn(failure))
        {
            return;
        }

        if (_shielded is not null)
        {
            // The stable version failed on the same input: nothing is proven against the candidate.
            _trial!.Trial.CountFailedOnBoth();
        }
        else
        {
            _side.CountFailure(_slot.Time.GetElapsedTime(_begun), $"{_method.Name}: {Describe(failure)}");
            _trial?.Trial.Wake();
        }
    }

    public override void Copy(Func<object, CancellationToken, ValueTask<object?>> replay, object? answer)
    {
        var copy = new CallCopy(_method, replay, answer);
        _recorder?.Add(copy);
        if (!_onCandidate)
        {
            _trial?.Trial.Shadow?.Offer(copy);
        }
    }

    public override void End() => Interlocked.Exchange(ref _leases, null)?.CountOut(_method.Index);

    // Kept as text: the exception object may be of a component's type, and its stack trace refers to component code;
    // either would keep the old version alive.
    internal static string Describe(Exception failure) => $"{failure.GetType().FullName}: {failure.Message}";

    // Whether there is anything to tell it to, and it has not been told.
    private bool Tell() => (_side is not null || _meter is not null) && !_isTold && (_isTold = true);

    private bool IsCallersOwn(Exception failure) => failure is OperationCanceledException && _callersToken.IsCancellationRequested;
}
