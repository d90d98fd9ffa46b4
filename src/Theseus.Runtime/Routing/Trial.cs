namespace Theseus.Runtime.Routing;

/// <summary>What is seen of a candidate while it is on trial. Written by calls, read by whoever decides. Thread-safe.</summary>
internal sealed class Trial(ulong salt, bool shields)
{
    private const int FailuresKept = 8;

    private readonly Lock _lock = new();
    private readonly Queue<string> _failures = new();
    private long _shielded;
    private long _failedOnBoth;
    private long _faults;
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What makes this trial's split differ from others'.</summary>
    public ulong Salt { get; } = salt;

    /// <summary>
    /// Whether failed idempotent calls are answered by the stable version. Not where state was transferred to the
    /// candidate: the stable version's state stands still since, and its answers would be out of date.
    /// </summary>
    public bool Shields { get; } = shields;

    /// <summary>Where copies of calls go; null when the trial has no shadowing. Set before the trial's route is published.</summary>
    public ShadowSink? Shadow { get; set; }

    public TrialSide Candidate { get; } = new();

    public TrialSide Stable { get; } = new();

    /// <summary>Counts a call that the candidate failed and the stable version answered.</summary>
    public void CountShielded(string method, string failure)
    {
        Interlocked.Increment(ref _shielded);
        Note($"{method}: {failure} (answered by the stable version)");
        Wake();
    }

    /// <summary>Counts a call that both versions failed: its input is to blame, as far as can be told.</summary>
    public void CountFailedOnBoth() => Interlocked.Increment(ref _failedOnBoth);

    /// <summary>Counts a fault outside any call: in background work, or a failed health check.</summary>
    public void CountFault(string what)
    {
        Interlocked.Increment(ref _faults);
        Note(what);
        Wake();
    }

    /// <summary>Notes something among the examples that counts for nothing, once.</summary>
    public void NoteOnce(string what)
    {
        lock (_lock)
        {
            if (_failures.Count < FailuresKept && !_failures.Contains(what))
            {
                _failures.Enqueue(what);
            }
        }
    }

    /// <summary>Wakes whoever decides, now rather than at its next look.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _woken.TrySetResult();
        }
    }

    /// <summary>Completes at the next event that may end the trial. Ask for it before looking at the numbers, so that nothing falls in between.</summary>
    public Task WhenWoken()
    {
        lock (_lock)
        {
            if (_woken.Task.IsCompleted)
            {
                _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _woken.Task;
        }
    }

    public TrialObservation Observe(TimeSpan elapsed)
    {
        string[] failures;
        lock (_lock)
        {
            failures = [.. _failures, .. Candidate.Failures.Take()];
        }

        // Read once, so that the sums are those of what is told by method.
        var shadowed = Shadow?.Methods ?? [];
        return new TrialObservation
        {
            Elapsed = elapsed,
            Candidate = Candidate.Observe(),
            Stable = Stable.Observe(),
            ShieldedCalls = Interlocked.Read(ref _shielded),
            FailedOnBoth = Interlocked.Read(ref _failedOnBoth),
            Faults = Interlocked.Read(ref _faults),
            Shadowed = shadowed.Sum(one => one.Compared),
            ShadowMismatches = shadowed.Sum(one => one.Different),
            ShadowFailures = shadowed.Sum(one => one.Failed),
            ShadowedMethods = shadowed,
            ShadowDropped = Shadow?.Dropped ?? 0,
            Examples = [.. failures, .. Shadow?.Examples.Take() ?? []],
        };
    }

    private void Note(string what)
    {
        lock (_lock)
        {
            if (_failures.Count < FailuresKept)
            {
                _failures.Enqueue(what);
            }
        }
    }
}
