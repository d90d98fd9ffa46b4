using Theseus.Packaging;
using Theseus.Runtime.Routing;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// One swap, from its first step to its last. Up to <see cref="SwapStep.Publish"/> nothing it does is seen by callers;
/// after it, every failure leads back to the generation that served before.
/// </summary>
internal sealed class Swap(SlotParts slot, Generation from, ValidatedRelease validated, SwapOptions options, string id)
{
    private const int BaselineCalls = 200;
    private static readonly TimeSpan s_longestBaseline = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_baselineLook = TimeSpan.FromMilliseconds(10);

    private readonly SwapSteps _steps = new(
        slot.Setup.Component,
        options.Progress,
        slot.Setup.Time,
        // What comes after confirming is no part of the swap that a restart would have to know of; and going back does
        // not wait for a disk that may be why we go back.
        step => step is SwapStep.Promote or SwapStep.Revert ? Task.CompletedTask : slot.Journal.StepAsync(slot.Setup.Component, id, step),
        validated.Took);
    private readonly VerifiedRelease _release = validated.Release;
    private readonly StateHandover _handover = new(slot.Setup.Time, options.State);
    private readonly CallRecorder _recorder = new(options.WarmUp.RecentCalls);
    private readonly SnapshotKeeping _keeping = new(slot.Setup, from.Ref, options, id);
    private readonly SwapTrial _trial = new(slot, from, validated, options);
    private readonly TaskCompletionSource<SwapResult> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _takenBack = new();
    private readonly HandoverTally _tally = new();
    private HandoverPlan _plan = new();
    private bool _isRestored;
    private IReadOnlyList<string> _notes = [];
    private string? _lostState;
    private HandoverResult _handedOver = new();
    private TimeSpan _publishing;
    private Generation? _prepared;
    private volatile bool _canBeTakenBack;

    /// <summary>The swap's trial, to ask and to shift.</summary>
    public SwapTrial Trial => _trial;

    /// <summary>The swap's end, for whoever gave it an order.</summary>
    public Task<SwapResult> Ending => _ending.Task;

    public void TellEnd(SwapResult result) => _ending.TrySetResult(result);

    /// <summary>An operator's order. To take back can be ordered at any step of a swap, but not of a staging, until the release is being confirmed; to confirm, only during the trial.</summary>
    /// <returns>Whether the order was taken.</returns>
    public bool Order(TrialOrder order)
    {
        if (order == TrialOrder.TakeBack)
        {
            if (!_canBeTakenBack)
            {
                return false;
            }

            _takenBack.Cancel();
            return true;
        }

        return _trial.Order(order);
    }

    /// <summary>Runs the swap.</summary>
    /// <param name="takeStaged">Takes the generation that was staged for it, once it is clear that it can be used; null when it has to be prepared.</param>
    /// <param name="cancellationToken">Takes the candidate back, at whichever step.</param>
    /// <returns>The result, and the generation that serves now.</returns>
    public async Task<(SwapResult Result, Generation Serving)> RunAsync(Func<Generation?> takeStaged, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _takenBack.Token);
        cancellationToken = either.Token;
        _canBeTakenBack = true;
        Generation? candidate = null;
        try
        {
            CheckRelease();
            candidate = takeStaged();
            var isStaged = candidate is not null;
            candidate ??= await PrepareAsync(cancellationToken).ConfigureAwait(false);
            if (isStaged && _trial.IsAskedFor)
            {
                await MeasureBaselineAsync(cancellationToken).ConfigureAwait(false);
            }

            await _steps.RunAsync(SwapStep.PlanState, () => PlanStateAsync(candidate, cancellationToken)).ConfigureAwait(false);
            await _steps.RunAsync(SwapStep.Publish, () => PublishAsync(candidate, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            StopRecording();
            return (Ended(failure, candidate), from);
        }

        var (failed, verdict) = await ObserveAsync(candidate, cancellationToken).ConfigureAwait(false);
        _canBeTakenBack = false;
        _trial.Close();
        failed ??= await KeepAndConfirmAsync().ConfigureAwait(false);
        return failed is null
            ? await CompleteAsync(candidate, verdict, cancellationToken).ConfigureAwait(false)
            : (await RevertAsync(candidate, failed, verdict).ConfigureAwait(false), from);
    }

    /// <summary>Loads and readies a candidate, noting calls meanwhile to warm it up with.</summary>
    public async Task<Generation> PrepareAsync(CancellationToken cancellationToken)
    {
        slot.Slot.Publish(new RecordingRoute(from.Leases, _recorder));
        var loading = options.Loading ?? slot.Setup.Loading;
        return await slot.Candidates.PrepareAsync(
            _release, validated.Settings, collectible: loading != LoadingMode.Resident, options, _steps, _recorder, loaded => _prepared = loaded, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The result of a preparation whose generation waits beside the one that serves.</summary>
    public SwapResult Staged() => Result(SwapOutcome.Staged, SwapReason.None, "");

    /// <summary>Puts the plain route back, when a recording was going on.</summary>
    public void StopRecording()
    {
        if (slot.Slot.Current is RecordingRoute)
        {
            slot.Slot.Publish(new SoleRoute(from.Leases));
        }
    }

    private void CheckRelease()
    {
        var manifest = _release.Manifest;
        // Declared for the way up. The way back is what the state's migrations and the trial before it vouch for.
        if (manifest.UpgradesFrom is { } range && manifest.Version > from.Release.Manifest.Version && !range.Satisfies(from.Release.Manifest.Version))
        {
            throw new SwapFailedException(
                SwapReason.PathNotDeclared,
                $"{_release} declares itself safe to upgrade to from {range}, and {from.Version} serves. Go by a release in between.");
        }

        if (_trial.WhyNot() is { } problem)
        {
            throw new SwapFailedException(SwapReason.OptionsRefused, problem);
        }
    }

    /// <summary>Measures how the stable version does: while a candidate is loaded there is time for that, before a staged one it has to be made.</summary>
    private async Task MeasureBaselineAsync(CancellationToken cancellationToken)
    {
        slot.Slot.Publish(new RecordingRoute(from.Leases, _recorder));
        var begun = slot.Setup.Time.GetTimestamp();
        while (_recorder.Baseline.Observe().Calls < BaselineCalls && slot.Setup.Time.GetElapsedTime(begun) < s_longestBaseline)
        {
            await Task.Delay(s_baselineLook, slot.Setup.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// How the stable version did: right before, or, where hardly any calls came in that moment, since its calls are counted.
    /// The rules compare it coarsely enough for that; a component that is seldom called would be compared with nothing.
    /// </summary>
    private TrialSideObservation Before()
    {
        var rightBefore = _recorder.Baseline.Observe();
        return rightBefore.Calls < TrialGate.FewestCallsForLatency && from.Meter.ReadAsOne() is { Timed: >= TrialGate.FewestCallsForLatency } counted
            ? counted.Side
            : rightBefore;
    }

    private async Task PlanStateAsync(Generation candidate, CancellationToken cancellationToken)
    {
        if (options.RestoreSnapshot is not null)
        {
            (_plan, _isRestored) = (await new SnapshotRestoring(slot, from, options, _handover).RunAsync(candidate, cancellationToken).ConfigureAwait(false), true);
            _notes = _plan.Notes;
            return;
        }

        _plan = await _handover.PlanAsync(from.AsStateParty(), candidate.AsStateParty(), QuiesceOf(from, Recording), cancellationToken).ConfigureAwait(false);
        _tally.Add(_plan);
        _notes = _plan.Notes;
        if (_plan.IsRefused)
        {
            throw new SwapFailedException(SwapReason.StateRefused, $"There is no safe way for the state ({_plan.Refusal}): {string.Join(" ", _plan.Problems)}");
        }
    }

    private async Task PublishAsync(Generation candidate, CancellationToken cancellationToken)
    {
        _trial.Prepare(candidate);
        _handedOver = await _handover.RunAsync(
            _plan,
            from.AsStateParty(),
            candidate.AsStateParty(),
            QuiesceOf(from, Recording),
            () => Publish(candidate),
            cancellationToken).ConfigureAwait(false);
        _tally.Add(_handedOver);
        if (!_handedOver.Succeeded)
        {
            await _trial.StopShadowAsync().ConfigureAwait(false);
            throw new SwapFailedException(SwapReason.StateHandoverFailed, $"The state could not be handed over ({_handedOver.Reason}): {_handedOver.Detail}");
        }

        candidate.State = GenerationState.OnTrial;
        _keeping.Begin(_handedOver.Snapshot);
    }

    private void Publish(Generation candidate)
    {
        var begun = slot.Setup.Time.GetTimestamp();
        _trial.Publish(candidate);
        _publishing = slot.Setup.Time.GetElapsedTime(begun);
    }

    private async Task<(SwapFailedException? Failed, TrialVerdict? Verdict)> ObserveAsync(Generation candidate, CancellationToken cancellationToken)
    {
        if (!_trial.IsAskedFor)
        {
            return (null, null);
        }

        try
        {
            return await _steps.RunAsync(SwapStep.Observe, () => _trial.WatchAsync(candidate, Before(), cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Callers are on the candidate already: whatever went wrong with watching, the way leads back.
            return (new(SwapReason.InternalError, $"The trial could not be watched: {SlotCall.Describe(failure)}"), null);
        }
    }

    private async Task<SwapFailedException?> KeepAndConfirmAsync()
    {
        if (await _keeping.EndAsync().ConfigureAwait(false) is { } problem)
        {
            _notes = [.. _notes, problem];
        }

        try
        {
            await _steps.RunAsync(SwapStep.Confirm, () => slot.Journal.ConfirmAsync(slot.Setup.Component, validated.Ref)).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure)
        {
            // What is not remembered would be forgotten by a restart: rather the release that is.
            return new(SwapReason.MemoryFailed, $"The release could not be remembered on disk: {failure.Message}");
        }
    }

    private async Task<(SwapResult Result, Generation Serving)> CompleteAsync(Generation candidate, TrialVerdict? verdict, CancellationToken cancellationToken)
    {
        slot.Faults.Direct(0, null);
        slot.Slot.Publish(new SoleRoute(candidate.Leases));
        candidate.State = GenerationState.Serving;
        await _trial.StopShadowAsync().ConfigureAwait(false);
        // Until now it was still there to go back to.
        _lostState = _plan.Dropped;
        Forget();
        var retirement = slot.Retirements.Begin(from, options.Deadlines, options.Progress, options.RestBeforeStop);
        await _keeping.TrimAsync().ConfigureAwait(false);

        var (serving, note, otherForm) = (candidate, "", Task.FromResult<RetirementRecord?>(null));
        if ((options.Loading ?? slot.Setup.Loading) == LoadingMode.Probation)
        {
            (serving, note, otherForm) = await _steps.RunAsync(
                SwapStep.Promote, () => new Promotion(slot, candidate, options, _tally).RunAsync(cancellationToken)).ConfigureAwait(false);
        }

        return (Result(SwapOutcome.Completed, SwapReason.None, note) with { Verdict = verdict, Retirement = retirement, OtherFormRetirement = otherForm }, serving);
    }

    private async Task<SwapResult> RevertAsync(Generation candidate, SwapFailedException failed, TrialVerdict? verdict)
    {
        await _steps.RunAsync(SwapStep.Revert, () => GoBackAsync(candidate)).ConfigureAwait(false);
        await _keeping.UndoAsync().ConfigureAwait(false);
        slot.Faults.Direct(0, null);
        await _trial.StopShadowAsync().ConfigureAwait(false);
        Forget();
        return Result(SwapOutcome.RolledBack, failed.Reason, failed.Message) with
        {
            Verdict = verdict,
            Retirement = slot.Retirements.Begin(candidate, options.Deadlines, options.Progress),
        };
    }

    /// <summary>Makes the old generation serve again, with the state of now where that can be had.</summary>
    private async Task GoBackAsync(Generation candidate)
    {
        void PublishOld()
        {
            // It may have been emptied for the hand-over; from now on it is called again.
            from.Leases.StopDraining();
            slot.Slot.Publish(new SoleRoute(from.Leases));
        }

        if (!from.HasMovingState || !_plan.Kind.Moves())
        {
            PublishOld();
            _lostState = _isRestored ? $"What calls changed in {candidate.Release} since the swap is lost: it had begun with a kept state, and {from.Release} serves again with its own." : null;
            return;
        }

        // Not with the swap's token: going back is not given up because whoever asked for the swap has gone.
        var back = await _handover.RunBackAsync(
            candidate.AsStateParty(),
            from.AsStateParty(),
            _handedOver.Snapshot,
            QuiesceOf(candidate, () => new SoleRoute(candidate.Leases)),
            PublishOld,
            CancellationToken.None).ConfigureAwait(false);
        _tally.Add(back);
        _lostState = back.LostState;
    }

    /// <summary>The result of a swap that ended before its point of no return.</summary>
    public SwapResult Ended(Exception failure, Generation? candidate)
    {
        Forget();
        _trial.Close();
        slot.Faults.Direct(0, null);
        var (reason, detail) = SwapFailedException.Explain(failure);
        return Result(SwapOutcome.Failed, reason, detail) with
        {
            // One that failed while it was being prepared is on its way out already; that too is told of.
            Retirement = (candidate ?? _prepared) is { } leaving
                ? slot.Retirements.Begin(leaving, options.Deadlines, options.Progress)
                : Task.FromResult<RetirementRecord?>(null),
        };
    }

    /// <summary>Lets go of what leads to either release's code, which its unloading would wait for.</summary>
    private void Forget()
    {
        _plan = new();
        if (_keeping.IsOver)
        {
            _handedOver.Snapshot?.Dispose();
        }

        _recorder.Take();
    }

    private RecordingRoute Recording() => new(from.Leases, _recorder);

    private Quiesce QuiesceOf(Generation generation, Func<Calls.RoutingSnapshot> reopen) => new(slot.Slot, generation.Leases, reopen);

    private SwapResult Result(SwapOutcome outcome, SwapReason reason, string detail) => new()
    {
        Component = slot.Setup.Component,
        Id = id,
        Outcome = outcome,
        Reason = reason,
        Detail = detail,
        From = from.Version,
        To = _release.Manifest.Version.ToNormalizedString(),
        Steps = _steps.Timings,
        Notes = _notes,
        LostState = _lostState,
        CriticalSection = _tally.LongestHold > _publishing ? _tally.LongestHold : _publishing,
        StateBytes = _tally.StateBytes,
    };
}
